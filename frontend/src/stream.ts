// The stream of events of one browser, kept alive: the browser's own EventSource gives up where a proxy answers with an error.

export interface Change {
  everything?: boolean;
  folders?: string[];
  accounts?: string[];
  /** What else there are pages of: "cases", "tasks", "case:" and its id. */
  topics?: string[];
}

export type News = { kind: "change"; change: Change } | { kind: "up"; up: boolean } | { kind: "signout" };

const SHORTEST = 1_000; // ms before another try
const LONGEST = 30_000;

export class Stream {
  up = false;
  #source: EventSource | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = SHORTEST;

  constructor(readonly url: string, readonly tell: (news: News) => void) {}

  open(): void {
    if (this.#source) return;
    clearTimeout(this.#timer);
    const source = (this.#source = new EventSource(this.url));
    source.addEventListener("ready", () => {
      this.#wait = SHORTEST;
      this.#say(true);
    });
    source.addEventListener("change", (event) => this.tell({ kind: "change", change: JSON.parse(event.data as string) as Change }));
    source.addEventListener("signout", () => {
      this.close();
      this.tell({ kind: "signout" });
    });
    source.addEventListener("error", () => this.#broken());
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
    this.up = false;
  }

  #broken(): void {
    this.close();
    this.tell({ kind: "up", up: false });
    this.#timer = setTimeout(() => this.open(), this.#wait);
    this.#wait = Math.min(2 * this.#wait, LONGEST);
  }

  #say(up: boolean): void {
    this.up = up;
    this.tell({ kind: "up", up });
  }
}
