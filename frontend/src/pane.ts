// The reading pane: the header at once, from the row; the body as soon as it is there, and never another message's.

import { MessageCache, split, type Shown } from "./cache";
import type { MessageFrame } from "./frame";
import { aborted, fieldOf, fill, fromTemplate, Gone, need, withoutMessage, writing } from "./shared.js";

const LATE = 150; // ms before waiting is shown

export class Pane {
  readonly element = need("pane");
  /** What the server said of it: unread, starred. */
  looks = new Set<string>();
  /** Called with the message that has been seen for `pause`. */
  onSeen: (id: string) => void = () => {};
  readonly #head = need("pane-head");
  readonly #foot = need("pane-foot");
  #current = "";
  #partial = false;
  #late = 0;
  #seen = 0;

  /** `pause` in seconds; below 0 nothing is seen by itself. */
  constructor(readonly cache: MessageCache, readonly frame: MessageFrame, readonly pause: number) {
    frame.onShown = () => this.#look();
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

  /** Not where the list has all the room. */
  get seen(): boolean {
    return this.element.checkVisibility();
  }

  /** It is not taken for seen. */
  overlook(): void {
    clearTimeout(this.#seen);
  }

  async show(id: string, row: Element | null): Promise<void> {
    if (id === this.#current) return;
    this.#current = id;
    this.#partial = false;
    this.looks = new Set();
    this.overlook();
    clearTimeout(this.#late);
    this.element.scrollTop = 0;
    this.#foot.replaceChildren();
    this.frame.wait();
    // What was pressed goes with its message: the keys work on from the list, or where that has no room, from here.
    if (this.#head.querySelector(":focus")) [need("rows"), this.element].find((place) => place.checkVisibility())?.focus();
    const ready = this.cache.ready(id);
    if (ready) return void this.cache.get(id), this.#put(ready); // lately used
    if (row) this.#announce(row);
    this.#late = window.setTimeout(() => this.#wait(), LATE);
    try {
      const shown = await this.cache.get(id);
      if (id === this.#current) this.#put(shown);
    } catch (error) {
      if (id === this.#current && !aborted(error)) this.#fail(id, row);
    }
  }

  /** What was shown before the server had read it may be more now; so may what is still under way (`#put`). */
  reread(): void {
    this.cache.heard++;
    if (this.#partial) this.#anew();
  }

  /** Something else is to be said of these. */
  renew(ids: readonly string[]): void {
    for (const id of ids) this.cache.forget(id);
    if (this.#current && ids.includes(this.#current)) this.#anew();
  }

  /** What is not answered now comes with a later event: what stands there is not taken away for it. */
  #anew(): void {
    const id = this.#current;
    const put = (shown: Shown): false | void => id === this.#current && this.#put(shown);
    void this.cache.get(id).then(put, (error) => error instanceof Gone && id === this.#current && withoutMessage());
  }

  /** Where this message stands already, its text stays where it was read to, and a comment that is being written as it is. */
  #put(shown: Shown): void {
    clearTimeout(this.#late);
    const read = this.#partial && !shown.partial;
    this.#partial = shown.partial;
    this.looks = shown.looks;
    const pressed = this.#head.querySelector<HTMLElement>(":focus")?.dataset["action"];
    this.#head.replaceChildren(...shown.head);
    if (pressed) this.#head.querySelector<HTMLElement>(`[data-action="${pressed}"]`)?.focus();
    if (!writing(this.#foot)) this.#foot.replaceChildren(...shown.foot);
    this.element.removeAttribute("aria-busy");
    this.frame.show(shown.kind, shown.html);
    if (read) this.#look(); // what has no text looks as it did
    if (shown.partial && shown.asked < this.cache.heard) this.#anew();
  }

  /** The pause counts from here: nobody has seen what did not load, or was not read yet by the server. */
  #look(): void {
    this.overlook();
    if (this.pause >= 0 && !this.#partial) this.#seen = window.setTimeout(() => this.onSeen(this.#current), 1000 * this.pause);
  }

  #announce(row: Element): void {
    const head = fromTemplate("t-head");
    if (!head) return;
    for (const field of ["subject", "from", "time"]) fill(head, field, fieldOf(row, field));
    this.#head.replaceChildren(head);
  }

  #wait(): void {
    this.element.setAttribute("aria-busy", "true");
    this.#foot.replaceChildren(fromTemplate("t-wait") ?? "");
  }

  #fail(id: string, row: Element | null): void {
    clearTimeout(this.#late);
    this.#partial = true; // the next news asks again
    this.element.removeAttribute("aria-busy");
    const notice = fromTemplate("t-error");
    notice?.querySelector("[data-retry]")?.addEventListener("click", () => {
      this.#current = "";
      void this.show(id, row);
    });
    this.#foot.replaceChildren(notice ?? "");
  }
}
