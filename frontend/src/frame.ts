// Where mail is shown: one frame for the life of the page, sandboxed without scripts, from an address of its own with a policy of
// its own (the server's /frame/). It is never navigated or moved; a message replaces its body, which costs no process and no load.

export interface MessageFrame {
  /** `kind` is html or text; `html` was made safe on the server. It goes into the frame's document and nowhere else. */
  show(kind: string, html: string): void;
  /** Nothing to be seen: no body may stand below another message's header. */
  wait(): void;
  /** Keys pressed inside, which the page would not hear. */
  onKey: (event: KeyboardEvent) => void;
}

const GROWTHS = 50; // a mail whose height depends on the frame's would grow for ever

export class SandboxedFrame implements MessageFrame {
  onKey: (event: KeyboardEvent) => void = () => {};

  readonly #frame: HTMLIFrameElement;
  readonly #home: string;
  readonly #watch = new ResizeObserver(() => this.#fit());
  #document: Document | null = null;
  #body: { kind: string; html: string } | null = null;
  #growths = 0;

  constructor(frame: HTMLIFrameElement, home: string) {
    this.#frame = frame;
    this.#home = home;
    frame.addEventListener("load", () => this.#attach());
    this.#attach();
  }

  show(kind: string, html: string): void {
    this.#body = { kind, html };
    this.#paint();
  }

  wait(): void {
    this.#body = null;
    this.#frame.classList.add("waiting");
  }

  /** The frame's document is there, or is another than ours: then the frame is sent home. */
  #attach(): void {
    const inner = this.#frame.contentDocument;
    this.#document = null;
    if (inner?.location.href === "about:blank" || (inner && inner.readyState === "loading")) return;
    if (inner?.location.pathname !== this.#home) {
      this.#frame.src = this.#home;
      return;
    }
    this.#document = inner;
    inner.addEventListener("keydown", (event) => this.onKey(event));
    this.#watch.disconnect();
    this.#watch.observe(inner.body);
    if (this.#body) this.#paint();
  }

  #paint(): void {
    const inner = this.#document;
    if (!inner || !this.#body) return;
    inner.documentElement.dataset["kind"] = this.#body.kind;
    inner.body.innerHTML = this.#body.html;
    inner.documentElement.scrollLeft = 0;
    this.#frame.hidden = false;
    this.#frame.classList.remove("waiting");
    this.#growths = 0;
    this.#fit();
  }

  /** As tall as its content, so that the pane has one scroll bar. Never after a pause: the first paint is already right. */
  #fit(): void {
    const inner = this.#document;
    if (!inner || this.#growths++ > GROWTHS) return;
    const bar = this.#frame.clientHeight - inner.documentElement.clientHeight; // a horizontal scroll bar
    const height = `${Math.max(inner.body.scrollHeight, Math.ceil(inner.body.getBoundingClientRect().height)) + Math.max(0, bar)}px`;
    if (this.#frame.style.height !== height) this.#frame.style.height = height;
  }
}
