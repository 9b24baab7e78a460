// Where mail is shown: one frame for the life of the page, sandboxed without scripts, from an address of its own with a policy of
// its own (the server's /frame/). It is never navigated or moved; a message replaces its body, which costs no process and no load.

export interface MessageFrame {
  /** `kind` is html or text; `html` was made safe on the server. It goes into the frame's document and nowhere else. */
  show(kind: string, html: string): void;
  /** Nothing to be seen: no body may stand below another message's header. */
  wait(): void;
  /** Called when a body came to be seen. */
  onShown: () => void;
  /** Keys pressed inside, which the page would not hear. */
  onKey: (event: KeyboardEvent) => void;
}

const GROWTHS = 50; // a mail whose height depends on the frame's would grow for ever

export class SandboxedFrame implements MessageFrame {
  onShown: () => void = () => {};
  onKey: (event: KeyboardEvent) => void = () => {};

  readonly #frame: HTMLIFrameElement;
  readonly #home: string;
  readonly #watch = new ResizeObserver(() => this.#fit());
  /** Taken while the document is empty: a mail can name an element "body", and `document.body` would be that one. */
  #inner: { root: HTMLElement; body: HTMLElement } | null = null;
  #shown: { kind: string; html: string } | null = null;
  #growths = 0;

  constructor(frame: HTMLIFrameElement, home: string) {
    this.#frame = frame;
    this.#home = home;
    frame.addEventListener("load", () => this.#attach());
    this.#attach();
  }

  show(kind: string, html: string): void {
    if (kind === this.#shown?.kind && html === this.#shown.html) return; // what is marked in it stays so
    this.#shown = { kind, html };
    this.#paint();
  }

  wait(): void {
    this.#shown = null;
    this.#frame.classList.add("waiting");
  }

  /** The frame's document is there, or is another than ours: then the frame is sent home. */
  #attach(): void {
    const inner = this.#frame.contentDocument;
    this.#inner = null;
    if (inner?.location.href === "about:blank" || inner?.readyState === "loading") return;
    if (inner?.location.pathname !== this.#home) {
      this.#frame.src = this.#home;
      return;
    }
    this.#inner = { root: inner.documentElement, body: inner.body };
    inner.addEventListener("keydown", (event) => this.onKey(event));
    inner.addEventListener("click", (event) => {
      const link = (event.target as Element).closest<HTMLAnchorElement>('a.reference[href^="/references/"]'); // a page of ours
      if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) event.preventDefault(), location.assign(link.href);
    });
    this.#watch.disconnect();
    this.#watch.observe(inner.body);
    this.#paint();
  }

  #paint(): void {
    if (!this.#inner || !this.#shown) return;
    const { root, body } = this.#inner;
    root.dataset["kind"] = this.#shown.kind;
    body.innerHTML = this.#shown.html;
    root.scrollLeft = 0;
    this.#frame.hidden = false;
    this.#frame.classList.remove("waiting");
    this.#growths = 0;
    this.#fit();
    this.onShown();
  }

  /** As tall as its content, so that the pane has one scroll bar. Never after a pause: the first paint is already right. */
  #fit(): void {
    if (!this.#inner || this.#growths++ > GROWTHS) return;
    const { root, body } = this.#inner;
    const bar = Math.max(0, this.#frame.clientHeight - root.clientHeight); // a horizontal scroll bar
    const height = `${Math.max(body.scrollHeight, Math.ceil(body.getBoundingClientRect().height)) + bar}px`;
    if (this.#frame.style.height !== height) this.#frame.style.height = height;
  }
}
