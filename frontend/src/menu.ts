// A menu after WAI-ARIA's pattern, over a popover of links and buttons that works by its button alone where no script runs.
// Opened by its button, a right click, the menu key, Shift+F10 or a long press anywhere on what it belongs to.

const LONG_PRESS = 500; // ms
const FAR = 10; // px that a finger may wander meanwhile

export class Menu {
  constructor(
    readonly element: HTMLElement,
    readonly place: HTMLElement,
    readonly button: HTMLElement,
    /** On links and buttons, too: rows are full of them. */
    readonly everywhere = false,
    /** The part of `place` that it belongs to alone, where that is made anew while the menu stays. */
    readonly head: (() => HTMLElement | null) | null = null,
  ) {
    // The browser's own would close as the pointer that opened it goes up; what is open already, by somebody quicker than this, is left until it closes.
    const toggled = (): unknown => (button.setAttribute("aria-expanded", String(this.open)), this.open || (element.popover = "manual"));
    toggled();
    element.addEventListener("toggle", toggled);
    button.addEventListener("click", (event) => {
      event.preventDefault();
      if (this.open) this.#close();
      else this.#show(button.getBoundingClientRect().left, button.getBoundingClientRect().bottom);
    });
    button.addEventListener("keydown", (event) => ["ArrowDown", "ArrowUp"].includes(event.key) && (event.preventDefault(), button.click()));
    element.addEventListener("click", () => this.#close());
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("focusout", (event) => event.relatedTarget && !element.contains(event.relatedTarget as Node) && this.#hide());
    place.addEventListener("contextmenu", (event) => this.#asked(event));
    place.addEventListener("pointerdown", (event) => event.pointerType === "touch" && this.#press(event));
    document.addEventListener("pointerdown", ({ target }) => !element.contains(target as Node) && !button.contains(target as Node) && this.#hide());
  }

  #from: Element | null = null; // the button beside its own that opened it

  get open(): boolean {
    return this.element.matches(":popover-open");
  }

  /** As they are now: another list in the same place has others. */
  get #items(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>('[role="menuitem"]')];
  }

  /** Opens it there. */
  at(place: Element): boolean {
    const { left, bottom } = place.getBoundingClientRect();
    this.#show(left, bottom);
    this.#from = place.closest("button");
    return true;
  }

  /** The browser's own menu stays on links and selected text, and with Shift. */
  #asked(event: MouseEvent): void {
    const mouse = event.button === 2;
    if (!this.#meant(event)) return;
    if (mouse && (event.shiftKey || (!this.everywhere && (event.target as Element).closest("a, button, input")) || getSelection()?.toString())) return;
    event.preventDefault();
    if (mouse) this.#show(event.clientX, event.clientY);
    else this.at(this.#button);
  }

  get #button(): HTMLElement {
    return this.head?.() ?? this.button;
  }

  #meant(event: Event): boolean {
    return !this.head || Boolean(this.head()?.contains(event.target as Node));
  }

  #press(start: PointerEvent): void {
    if (!this.#meant(start)) return;
    const end = new AbortController();
    const timer = setTimeout(() => {
      this.#show(start.clientX, start.clientY);
      this.place.addEventListener("touchend", (event) => event.preventDefault(), { once: true }); // no tap on what lies below
    }, LONG_PRESS);
    const stop = (): void => (clearTimeout(timer), end.abort());
    const moved = (event: PointerEvent): void => void (Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > FAR && stop());
    addEventListener("pointermove", moved, { signal: end.signal });
    for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, stop, { signal: end.signal });
  }

  #show(x: number, y: number): void {
    if (!this.open) this.element.showPopover();
    this.#from = null;
    const { offsetWidth, offsetHeight, style } = this.element;
    style.left = `${Math.max(0, Math.min(x, innerWidth - offsetWidth - 4))}px`;
    style.top = `${Math.max(0, Math.min(y, innerHeight - offsetHeight - 4))}px`;
    this.#items[0]?.focus();
  }

  #hide(): void {
    if (this.open) this.element.hidePopover();
  }

  #close(): void {
    this.#hide();
    const seen = [this.#from, this.#button].find((one) => one?.checkVisibility()) ?? this.place;
    (seen as HTMLElement).focus({ preventScroll: true });
  }

  #key(event: KeyboardEvent): void {
    const at = this.#items.indexOf(document.activeElement as HTMLElement);
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
    const step = steps[event.key];
    if (event.key === "Escape") this.#close();
    else if (event.key === "Tab") return this.#close(); // and on from its button
    else if (step !== undefined) this.#items.at(step % this.#items.length)?.focus();
    else if (event.key.length === 1 && event.key !== " ") this.#startingWith(event.key, at);
    else return;
    event.preventDefault();
  }

  #startingWith(letter: string, at: number): void {
    const round = [...this.#items.slice(at + 1), ...this.#items.slice(0, at + 1)];
    round.find((item) => item.textContent?.trim().toLocaleLowerCase().startsWith(letter.toLocaleLowerCase()))?.focus();
  }
}
