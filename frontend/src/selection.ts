// Which message is chosen, and how the choice moves. The list's one tab stop keeps the focus; aria-activedescendant names the row.

import type { List } from "./list";
import type { Pane } from "./pane";

const PAUSE = 30; // ms after a choice before the neighbours are fetched
const REST = 150; // ms before the address follows: browsers bound how often it may change
const AHEAD = 3;

/** What a step of history knows of its list. */
interface Place {
  index: number;
  message: string;
  /** How many rows are scrolled out above. */
  place: number;
}

export class Selection {
  #index = -1;
  #id = "";
  #lost = false; // the chosen row is gone: its index is the next one's
  #sought: number | null = null; // a row that is not loaded yet
  #direction = 1;
  #ahead: string[] = []; // being fetched before it is asked for
  #prefetch = 0;
  #address = 0;
  #home = listed();
  #before = ""; // the one that was chosen here, until its row is there

  constructor(readonly list: List, readonly pane: Pane, readonly grid: HTMLElement) {
    list.onChange = (by) => this.#follow(by);
    const state = history.state as Partial<Place> | null;
    this.#id = list.selected = pane.current;
    this.#before = state?.message ?? "";
    if (this.#id && this.#before === this.#id) this.#index = state?.index ?? -1;
    list.scrollTo(state?.place ?? 0);
    this.#follow(0);
    grid.addEventListener("scroll", () => this.#rest(), { passive: true });
  }

  get id(): string {
    return this.#id;
  }

  move(by: number): void {
    const from = this.#sought ?? (this.#lost && by > 0 ? this.#index - 1 : this.#index);
    this.goTo(from + by, by < 0 ? -1 : 1);
  }

  /** Chooses the row with this index: now, or as soon as it is there. */
  goTo(index: number, direction = 1): void {
    if (!this.list.total) return;
    const target = Math.min(Math.max(index, 0), this.list.reach - 1);
    this.#direction = direction;
    this.#sought = target;
    this.list.reveal(target);
    this.#find();
  }

  choose(row: HTMLElement): void {
    this.#sought = null;
    this.#mark(row, this.list.indexOf(row));
    this.pane.cache.only([this.#id, ...this.#ahead]);
    void this.pane.show(this.#id, row);
    clearTimeout(this.#prefetch);
    this.#prefetch = window.setTimeout(() => this.#fetchAhead(), PAUSE);
    this.#rest();
  }

  #rest(): void {
    clearTimeout(this.#address);
    this.#address = window.setTimeout(() => this.remember(), REST);
  }

  /** Another list stands in the same place, and the address is its. */
  begin(): void {
    this.#home = listed();
    this.#before = "";
  }

  /** The address names the message that is seen, so that reloading and coming back show it, and its list where it was. */
  remember(): void {
    clearTimeout(this.#address);
    if (listed() !== this.#home) return; // gone back to another, which is on its way
    const place: Place = { index: this.#index, message: this.#id || this.#before, place: this.list.place };
    const address = new URL(location.href);
    if (!this.pane.seen) address.searchParams.delete("m");
    else if (this.#id) address.searchParams.set("m", this.#id);
    history.replaceState({ ...(history.state as object | null), ...place }, "", address);
  }

  #find(): void {
    const row = this.#sought === null ? null : this.list.row(this.#sought);
    if (row) this.choose(row);
  }

  #mark(row: HTMLElement, index: number): void {
    this.grid.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
    row.setAttribute("aria-selected", "true");
    this.grid.setAttribute("aria-activedescendant", row.id);
    this.#index = index;
    this.#id = this.list.selected = row.dataset["message"] ?? "";
    this.list.keep = row.dataset["cursor"] ?? "";
    this.#lost = false;
  }

  /** The list changed; `by` is how far known rows moved down. */
  #follow(by: number): void {
    if (this.#sought !== null) return (this.#sought += by), this.#find();
    const row = this.grid.querySelector<HTMLElement>(`[data-message="${CSS.escape(this.#id || this.#before)}"]`);
    if (row) this.#mark(row, this.list.indexOf(row));
    else if (this.#id) {
      this.grid.removeAttribute("aria-activedescendant");
      if (this.#index >= 0) this.#index += by;
      this.#lost = this.list.row(this.#index) !== null; // its place is there, and another's
    }
  }

  #fetchAhead(): void {
    this.#ahead = [];
    for (let step = 1; step <= AHEAD; step++) {
      const row = this.list.row(this.#index + step * this.#direction);
      if (row?.dataset["message"]) this.#ahead.push(row.dataset["message"]);
    }
    this.pane.cache.only([this.#id, ...this.#ahead]);
    this.pane.cache.prefetch(this.#ahead);
  }
}

/** Which list the address is of. */
const listed = (): string => location.pathname + new URLSearchParams(location.search).get("q");
