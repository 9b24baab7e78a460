// The list: a real window over a folder of any length. Two spacers keep the scroll bar honest; between them lie at most six
// blocks of rows. Blocks are known by the index they start at; cursors that were seen make every place reachable by one request
// that costs the server its rows, not its folder.
// (Browsers bound how tall an element is: Firefox takes no notice of a height above 17.9 million pixels, Chromium cuts off what is above
// 33.5 million of the screen's own, half of that where a pixel of ours is two. The list ends there, at 303,571 rows of 56 in Firefox and at
// 589,285 or less in Chromium, instead of at nothing: older mail is found by search.)

import { Anchors, BLOCK } from "./anchors";
import { Block, rowsOf } from "./blocks";
import { aborted, type Fragment, getFragment, released } from "./shared.js";

const KEPT = 6;
const MARGIN = 25; // rows fetched beyond what is seen, each way
const HURRY = 50; // ms: misses closer together than this are somebody dragging the scroll bar
const SETTLE = 60; // ms of rest before such a place is fetched, or a block that is not seen yet

export class List {
  total: number;
  selected: string | null = null;
  /** The cursor of the chosen row. */
  keep = "";
  /** How often rows were changed here, or taken out: an answer from before knows them as they were. */
  acted = 0;
  /** How each row stood, unread or starred, when it was last told: by its message. */
  readonly looks = new Map<string, Set<string>>();
  /** Called with every row that is put in place. */
  dress: (row: HTMLElement) => void = () => {};
  /** Called when rows came, went or changed their places; `by` is how far known rows moved down. */
  onChange: (by: number) => void = () => {};

  readonly #grid: HTMLElement;
  #url: string;
  readonly #above = spacer();
  readonly #below = spacer();
  readonly #under = new Map<Block, () => void>(); // being fetched, and how to stop it
  #newest: Set<string>; // the ids of the newest rows, as last seen: what stands above them is new
  #anchors = new Anchors();
  #blocks: Block[] = []; // in order, one after another without a gap
  #rowHeight: number;
  #height: number;
  #shown: boolean;
  #kept = 0; // px: how far it was scrolled when it was seen last
  #lastMiss = 0;
  readonly #ready = (row: HTMLElement): void => {
    row.setAttribute("aria-selected", String(row.dataset["message"] === this.selected));
    this.looks.set(row.dataset["message"] ?? "", new Set(row.classList));
    this.dress(row);
  };

  constructor(grid: HTMLElement, url: string) {
    this.#grid = grid;
    this.#url = url;
    this.total = Number(grid.getAttribute("aria-rowcount"));
    this.#rowHeight = parseFloat(getComputedStyle(grid).getPropertyValue("--row")) || 56;
    this.#shown = grid.clientHeight > 0;
    this.#height = grid.clientHeight || innerHeight / 2; // hidden, it is as tall as it will be, or less
    grid.style.overflowAnchor = "none";
    const first = new Block(0, 0, 0);
    first.fill(rowsOf(grid), this.#ready);
    this.#newest = new Set(rowsOf(first.element).map((row) => row.id));
    grid.replaceChildren(this.#above, this.#below);
    this.#place(first.size ? [first] : []);
    this.#remember(first);
    grid.addEventListener("scroll", () => this.render(), { passive: true });
    new ResizeObserver(() => this.#fit()).observe(grid);
    this.render();
  }

  /** How many rows a browser can be scrolled to. */
  get reach(): number {
    return Math.min(this.total, Math.floor(tallest() / this.#rowHeight));
  }

  get page(): number {
    return Math.max(1, Math.floor(this.#height / this.#rowHeight) - 1);
  }

  get atTop(): boolean {
    return this.#top < this.#rowHeight;
  }

  /** How many rows are scrolled out above. */
  get place(): number {
    return this.#top / this.#rowHeight;
  }

  get firstSeen(): number {
    return Math.floor(this.place);
  }

  /** While it is hidden, the browser knows of no place. */
  get #top(): number {
    if (this.#shown && this.#grid.clientHeight) this.#kept = this.#grid.scrollTop;
    return this.#kept;
  }

  set #top(pixels: number) {
    this.#kept = this.#grid.scrollTop = pixels;
  }

  /** The row's element, where it is loaded. */
  row(index: number): HTMLElement | null {
    return this.#blockAt(index)?.row(index) ?? null;
  }

  /** All that are loaded. */
  rows(): HTMLElement[] {
    return this.#blocks.flatMap((block) => block.rows);
  }

  /** Rows leave at once, and what lies below moves up. */
  drop(gone: (row: HTMLElement) => boolean): void {
    let count = 0;
    for (const block of this.#blocks) {
      block.move(-count);
      count += block.drop(gone);
      if (count) this.#anchors.forgetAfter(block.start);
    }
    if (!count) return;
    this.#count(this.total - count);
    this.#place(this.#blocks.filter((block) => block.size));
    this.render();
    this.onChange(0);
  }

  indexOf(row: Element): number {
    return Number(row.getAttribute("aria-rowindex")) - 1;
  }

  /** Scrolls no further than the row needs. */
  reveal(index: number): void {
    const top = index * this.#rowHeight;
    const seen = this.#top;
    if (top < seen) this.#top = top;
    else if (top + this.#rowHeight > seen + this.#height) this.#top = top + this.#rowHeight - this.#height;
    else return;
    this.render();
  }

  scrollTo(index: number): void {
    this.#top = index * this.#rowHeight;
    this.render();
  }

  /** Puts in place the blocks that are seen, and fetches those that are missing. */
  render(): void {
    const first = Math.max(0, this.firstSeen - MARGIN);
    const last = Math.min(this.reach, Math.ceil((this.#top + this.#height) / this.#rowHeight) + MARGIN);
    const wanted: Block[] = [];
    for (let index = Math.min(first, Math.max(0, last - 1)); index < last; ) {
      const block = this.#blockAt(index) ?? this.#newBlock(index, wanted.at(-1)?.end ?? 0);
      wanted.push(block);
      index = block.end;
    }
    const missing = wanted.filter((block) => !this.#blocks.includes(block));
    this.#place(this.#withNeighbours(wanted));
    if (missing.length) this.#fetchAll(missing);
  }

  /** The folder changed. What is seen is fetched again and changed row by row; nothing that is seen moves. Answers how many are new. */
  async refresh(): Promise<number> {
    const acted = this.acted;
    const newest = await getFragment(this.#own);
    await released();
    return acted === this.acted ? this.#take(newest) : 0;
  }

  async #take(newest: Fragment): Promise<number> {
    const acted = this.acted;
    const rows = rowsOf(newest.body);
    const met = rows.findIndex((row) => this.#newest.has(row.id));
    const fresh = met >= 0 ? met : Math.max(0, newest.total - this.total);
    this.#newest = new Set(rows.map((row) => row.id));
    if (this.atTop) {
      this.#restart(newest, rows);
      this.onChange(fresh);
      return fresh;
    }
    if (fresh) this.#arrived(fresh, rows);
    this.#count(newest.total);
    const first = this.firstSeen - MARGIN;
    this.#place(this.#blocks.filter((block) => block.end > first && block.start < first + this.page + 2 * MARGIN));
    this.onChange(fresh); // before anything is waited for, which may fail: keys count from where rows stand now
    for (const block of this.#blocks.slice())
      await this.#refetch(block, acted, newest).catch(console.warn); // it stays as it was, and the next news asks for it again
    this.#retry();
    return fresh;
  }

  /** Another list in the same place, from its beginning. */
  show(url: string, newest: Fragment): void {
    this.acted++; // what is still answered is of the list before
    this.#url = url;
    this.keep = "";
    this.#rowHeight = parseFloat(getComputedStyle(this.#grid).getPropertyValue("--row"));
    this.#top = 0;
    void this.#take(newest);
  }

  /** Seen again, it is where it was. */
  #fit(): void {
    if (!this.#grid.clientHeight) return void (this.#shown = false);
    if (!this.#shown) this.#grid.scrollTop = this.#kept;
    this.#shown = true;
    this.#height = this.#grid.clientHeight;
    this.render();
  }

  /** The list stands at its beginning and grows there. */
  #restart(newest: Fragment, rows: HTMLElement[]): void {
    const first = this.#blocks[0] ?? new Block(0, 0, this.#rowHeight);
    this.#stop(this.#blocks);
    this.#anchors = new Anchors();
    this.#count(newest.total);
    first.start = 0; // it may have stood anywhere in the list before
    first.fill(rows, this.#ready);
    this.#remember(first);
    this.#place(rows.length ? [first] : []);
    this.render();
  }

  /** `count` rows came in above what is seen: everything known moves down, and the window with it. */
  #arrived(count: number, rows: HTMLElement[]): void {
    this.#anchors.shift(count);
    const edge = rows[Math.min(count, rows.length) - 1];
    this.#anchors.add(Math.min(count, rows.length), edge?.dataset["cursor"] ?? "");
    for (const block of this.#blocks) block.move(count);
    this.#count(this.total + count);
    this.#top += count * this.#rowHeight;
  }

  async #refetch(block: Block, acted: number, newest: Fragment): Promise<void> {
    if (!block.filled || !this.#blocks.includes(block)) return;
    const answer = block.start ? await getFragment(this.#address(block.start)) : newest;
    await released();
    if (acted !== this.acted || !this.#blocks.includes(block)) return;
    const bounded = this.#blocks.at(-1) !== block;
    this.#anchors.forgetAfter(block.start);
    this.#received(block, answer, bounded ? block.size : BLOCK);
  }

  #blockAt(index: number): Block | undefined {
    return this.#blocks.find((block) => index >= block.start && index < block.end);
  }

  /** Starts a whole number of blocks after what is known, and ends before what is known next. */
  #newBlock(index: number, notBefore: number): Block {
    const anchor = this.#anchors.below(index);
    const start = Math.max(notBefore, anchor.index + Math.floor((index - anchor.index) / BLOCK) * BLOCK);
    const next = this.#blocks.find((block) => block.start > index)?.start ?? Infinity;
    const size = Math.min(BLOCK, this.#anchors.above(start) - start, next - start, this.reach - start);
    return new Block(start, size, this.#rowHeight);
  }

  /** What is seen at once, so that the server does nothing else first; the rest a little later. */
  #fetchAll(missing: Block[]): void {
    const hurried = performance.now() - this.#lastMiss < HURRY;
    this.#lastMiss = performance.now();
    const last = this.firstSeen + this.#height / this.#rowHeight;
    for (const block of missing) {
      const seen = block.end > this.firstSeen && block.start <= last;
      this.#fetch(block, seen && !hurried ? 0 : SETTLE);
    }
  }

  #fetch(block: Block, delay = 0): void {
    const controller = new AbortController();
    const go = async (): Promise<void> => {
      const { start } = block;
      const counted = !this.#anchors.below(start).after; // from the folder's beginning, which may move meanwhile
      try {
        const answer = await getFragment(this.#address(start), controller.signal);
        this.#under.delete(block);
        if (counted && block.start !== start) this.#fetch(block);
        else this.#received(block, answer, block.size);
      } catch (error) {
        if (!aborted(error)) block.fail(() => this.#retry());
      }
    };
    const timer = delay ? setTimeout(() => void go(), delay) : void go();
    this.#under.set(block, () => (clearTimeout(timer ?? undefined), controller.abort()));
  }

  #retry(): void {
    for (const block of this.#blocks) if (block.failed) this.#fetch(block);
  }

  #received(block: Block, answer: Fragment, most: number): void {
    const all = rowsOf(answer.body);
    const size = block.size;
    const early = block.start ? 0 : Math.max(0, all.findIndex((row) => this.#newest.has(row.id))); // their own news will tell of them
    block.fill(all.slice(early, early + most), this.#ready);
    this.#remember(block);
    this.#count((all.length < BLOCK ? block.start + all.length : answer.total) - early);
    if (block.size !== size) {
      const at = this.#blocks.indexOf(block); // what follows no longer begins where this one ends
      this.#place(this.#blocks.slice(0, at + 1));
      this.render();
    }
    this.onChange(0);
  }

  #remember(block: Block): void {
    const cursor = block.row(block.end - 1)?.dataset["cursor"];
    if (cursor) this.#anchors.add(block.end, cursor);
  }

  /** Its address. What was found may be so no longer once it is read: it stays while it is chosen. */
  get #own(): string {
    return this.keep && this.#url.includes("?q=") ? `${this.#url}&keep=${this.keep}` : this.#url;
  }

  #address(start: number): string {
    const anchor = this.#anchors.below(start);
    const query = new URLSearchParams(this.#own.split("?")[1]);
    query.set("at", String(start));
    if (anchor.after) query.set("after", anchor.after);
    if (start > anchor.index) query.set("skip", String(start - anchor.index));
    return `${this.#url.split("?")[0]}?${query}`;
  }

  #count(total: number): void {
    if (Number.isNaN(total) || total === this.total) return;
    this.total = total;
    this.#grid.setAttribute("aria-rowcount", String(total));
    this.#place(this.#blocks);
  }

  /** Up to six in all: blocks that lie beside what is seen are kept, so that turning back costs nothing. */
  #withNeighbours(wanted: Block[]): Block[] {
    const kept = [...wanted];
    for (const block of this.#blocks) if (kept.length < KEPT && block.filled && block.start === kept.at(-1)?.end) kept.push(block);
    for (const block of this.#blocks.slice().reverse())
      if (kept.length < KEPT && block.filled && block.end === kept[0]?.start) kept.unshift(block);
    return kept;
  }

  #place(blocks: Block[]): void {
    const gone = this.#blocks.filter((block) => !blocks.includes(block));
    this.#stop(gone);
    for (const block of gone) block.element.remove();
    let after: Element = this.#above;
    for (const block of blocks) {
      if (after.nextElementSibling !== block.element) after.after(block.element);
      after = block.element;
    }
    this.#blocks = blocks;
    this.#above.style.height = `${(blocks[0]?.start ?? 0) * this.#rowHeight}px`;
    this.#below.style.height = `${Math.max(0, this.reach - (blocks.at(-1)?.end ?? 0)) * this.#rowHeight}px`;
  }

  #stop(blocks: Block[]): void {
    for (const block of blocks) {
      block.settle();
      this.#under.get(block)?.();
      this.#under.delete(block);
    }
  }
}

const spacer = (): HTMLElement => Object.assign(document.createElement("div"), { className: "spacer", role: "presentation" });

/** px, and safely less than the bound. */
const tallest = (): number => (CSS.supports("-moz-appearance", "none") ? 17_000_000 : 33_000_000 / Math.max(1, devicePixelRatio));
