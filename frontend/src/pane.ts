// The reading pane: the header at once, from the row; the body as soon as it is there, and never another message's.

import { MessageCache, split, type Shown } from "./cache";
import { fieldOf, fill, fromTemplate, need } from "./dom";
import type { MessageFrame } from "./frame";
import { aborted } from "./http";

const LATE = 150; // ms before waiting is shown
const FIELDS = ["subject", "from", "time"];

export class Pane {
  readonly element = need("pane");
  readonly #head = need("pane-head");
  readonly #foot = need("pane-foot");
  #current = "";
  #partial = false;
  #late = 0;

  constructor(readonly cache: MessageCache, readonly frame: MessageFrame) {
    const served = this.#head.querySelector<HTMLElement>("article.message");
    if (!served) return;
    this.#current = served.dataset["message"] ?? "";
    const shown = split(served);
    this.#put(shown);
    if (this.#current) this.cache.put(this.#current, shown);
  }

  get current(): string {
    return this.#current;
  }

  async show(id: string, row: Element | null): Promise<void> {
    if (id === this.#current) return;
    this.#current = id;
    clearTimeout(this.#late);
    const ready = this.cache.ready(id);
    if (ready) {
      void this.cache.get(id); // lately used
      this.#put(ready);
      return;
    }
    if (row) this.#announce(row);
    this.frame.wait();
    this.#late = window.setTimeout(() => this.#wait(), LATE);
    await this.#arrive(id, row);
  }

  /** What was shown before the server had read it may be more now. */
  async reread(): Promise<void> {
    if (this.#partial) await this.#arrive(this.#current, null);
  }

  /** Something else is to be said of these: what stands around the text, not the text, which stays where it was read to. */
  renew(ids: readonly string[]): void {
    for (const id of ids) this.cache.forget(id);
    const id = this.#current;
    if (ids.includes(id)) void this.cache.get(id).then((shown) => id === this.#current && this.#around(shown), () => {});
  }

  async #arrive(id: string, row: Element | null): Promise<void> {
    try {
      const shown = await this.cache.get(id);
      if (id === this.#current) this.#put(shown);
    } catch (error) {
      if (id === this.#current && !aborted(error)) this.#fail(id, row);
    }
  }

  #put(shown: Shown): void {
    clearTimeout(this.#late);
    this.#partial = shown.partial;
    this.#around(shown);
    this.element.removeAttribute("aria-busy");
    this.element.scrollTop = 0;
    this.frame.show(shown.kind, shown.html);
  }

  #around(shown: Shown): void {
    this.#head.replaceChildren(...shown.head);
    this.#foot.replaceChildren(...shown.foot);
  }

  #announce(row: Element): void {
    const head = fromTemplate("t-head");
    if (!head) return;
    for (const field of FIELDS) fill(head, field, fieldOf(row, field));
    this.#head.replaceChildren(head);
    this.#foot.replaceChildren();
    this.element.scrollTop = 0;
  }

  #wait(): void {
    this.element.setAttribute("aria-busy", "true");
    this.#foot.replaceChildren(fromTemplate("t-wait") ?? "");
  }

  #fail(id: string, row: Element | null): void {
    clearTimeout(this.#late);
    this.element.removeAttribute("aria-busy");
    const notice = fromTemplate("t-error");
    notice?.querySelector("[data-retry]")?.addEventListener("click", () => {
      this.#current = "";
      void this.show(id, row);
    });
    this.#foot.replaceChildren(notice ?? "");
  }
}
