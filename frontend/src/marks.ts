// Several messages marked, to be acted on together. Rows come and go; the marks are known by their messages.

import type { List } from "./list";
import { fill, need } from "./shared.js";

export class Marks {
  /** Not only the marked ones: all that the list holds, loaded or not. */
  everything = false;
  readonly #ids = new Set<string>();
  readonly #bar = need("bulk");
  #last = -1; // the index that a range begins at

  constructor(readonly list: List, readonly main: HTMLElement) {
    list.dress = (row) => this.#dress(row);
  }

  get ids(): readonly string[] {
    return [...this.#ids];
  }

  toggle(row: HTMLElement | null): boolean {
    if (!row) return false;
    const id = row.dataset["message"] ?? "";
    if (!this.#ids.delete(id)) this.#ids.add(id);
    this.#last = this.list.indexOf(row);
    this.everything = false;
    this.#show();
    return true;
  }

  /** From the one toggled last to this one, as far as they are loaded. */
  through(row: HTMLElement): void {
    const to = this.list.indexOf(row);
    const from = this.#last < 0 ? to : this.#last;
    for (const each of this.list.rows()) {
      const index = this.list.indexOf(each);
      if (index >= Math.min(from, to) && index <= Math.max(from, to)) this.#ids.add(each.dataset["message"] ?? "");
    }
    this.everything = false;
    this.#show();
  }

  all(wanted: (row: HTMLElement) => boolean = () => true): boolean {
    for (const row of this.list.rows()) if (wanted(row)) this.#ids.add(row.dataset["message"] ?? "");
    this.#show();
    return this.#ids.size > 0;
  }

  /** Everything in the list: the server knows what that is. */
  whole(): boolean {
    this.everything = this.all();
    this.#show();
    return this.everything;
  }

  clear(): boolean {
    const any = this.#ids.size > 0;
    this.#ids.clear();
    this.everything = false;
    this.#last = -1;
    this.#show();
    return any;
  }

  #show(): void {
    for (const row of this.list.rows()) this.#dress(row);
    const count = this.everything ? this.list.total : this.#ids.size;
    this.#bar.hidden = !count;
    this.main.classList.toggle("marking", count > 0);
    fill(this.#bar, "count", count.toLocaleString(document.documentElement.lang));
    this.#bar.querySelector<HTMLElement>('[data-action="mark-everything"]')!.hidden = this.everything || count === this.list.total;
    fill(this.#bar, "total", this.list.total.toLocaleString(document.documentElement.lang));
  }

  #dress(row: Element): void {
    row.querySelector('[role="checkbox"]')?.setAttribute("aria-checked", String(this.#ids.has((row as HTMLElement).dataset["message"] ?? "")));
  }
}
