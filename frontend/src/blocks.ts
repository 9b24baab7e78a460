// One block of the list: up to 50 rows of the server's HTML, or the room they will take.

import { BLOCK } from "./anchors";
import { fromTemplate } from "./shared.js";

const LATE = 150; // ms before waiting is shown

export class Block {
  readonly element = document.createElement("div");
  filled = false;
  failed = false;
  #late = 0;

  constructor(public start: number, public size: number, rowHeight: number) {
    this.element.className = "block-wait";
    this.element.setAttribute("role", "presentation");
    this.element.style.height = `${size * rowHeight}px`;
    this.#late = window.setTimeout(() => this.element.classList.add("late"), LATE);
  }

  get end(): number {
    return this.start + this.size;
  }

  get rows(): HTMLElement[] {
    return this.filled ? ([...this.element.children] as HTMLElement[]) : [];
  }

  row(index: number): HTMLElement | null {
    return this.rows[index - this.start] ?? null;
  }

  /** Takes rows as they are now. A row that has not changed keeps its element, one that has keeps only its place. */
  fill(rows: readonly HTMLElement[], dress: (row: HTMLElement) => void): void {
    this.settle();
    const old = new Map([...this.element.children].map((row) => [row.id, row]));
    rows.forEach((fresh, at) => {
      const row = document.adoptNode(fresh);
      row.setAttribute("aria-rowindex", String(this.start + at + 1));
      dress(row);
      const known = old.get(row.id);
      old.delete(row.id);
      const placed = known?.isEqualNode(row) ? known : row;
      if (known && placed !== known) known.replaceWith(placed);
      if (this.element.children[at] !== placed) this.element.insertBefore(placed, this.element.children[at] ?? null);
    });
    for (const gone of old.values()) gone.remove();
    this.size = rows.length;
    this.filled = true;
    this.failed = false;
    this.element.setAttribute("role", "rowgroup");
    this.element.className = "";
    this.element.style.height = "";
  }

  /** Takes rows out; answers how many. */
  drop(gone: (row: HTMLElement) => boolean): number {
    const out = this.rows.filter(gone);
    for (const row of out) row.remove();
    this.size -= out.length;
    this.move(0);
    return out.length;
  }

  /** Rows came in above: the same rows have other numbers. */
  move(by: number): void {
    this.start += by;
    this.rows.forEach((row, at) => row.setAttribute("aria-rowindex", String(this.start + at + 1)));
  }

  /** The rows could not be fetched: says so in their place, with a button. */
  fail(retry: () => void): void {
    this.settle();
    this.failed = true;
    const notice = fromTemplate("t-error");
    if (!notice) return;
    notice.querySelector("[data-retry]")?.addEventListener("click", retry);
    this.element.replaceChildren(notice);
  }

  settle(): void {
    clearTimeout(this.#late);
  }
}

/** The rows of a fragment, at most `most`. */
export function rowsOf(body: HTMLElement, most = BLOCK): HTMLElement[] {
  return [...body.querySelectorAll<HTMLElement>('[role="row"]')].slice(0, most);
}
