// What an event does to the page: the tree and the rows that are seen are fetched again, and changed where they differ.

import type { Acts } from "./acts";
import type { List } from "./list";
import type { Pane } from "./pane";
import { fill, fromTemplate, getFragment, listen, need, released } from "./shared.js";
import type { Change, News } from "./stream";

const APART = 500; // ms between two refreshes: a first fetch commits several times a second
const BESIDE = ["desk", "count", "standing"]; // what comes with the tree: numbers above it, and how the folder stands that is looked at
const PATIENCE = 3_000; // ms without a stream before it is told

export class Live {
  readonly #notices = need("notices");
  readonly #tree = document.getElementById("tree");
  #news = 0; // rows that came in above what is seen
  #running = false;
  #again = false;
  #lastAt = 0;
  #lastAnswer = new Date();
  #lost = 0;
  #trees = Promise.resolve();
  #next: Promise<void> | null = null; // that has not begun: whoever asks for one meanwhile gets it, too
  #notBefore = 0; // a tree of thousands of folders takes the server's time for others

  constructor(readonly main: HTMLElement, readonly list: List, readonly pane: Pane, readonly grid: HTMLElement, readonly acts: Acts) {
    this.#current()?.setAttribute("aria-current", "page");
    this.#showEmpty();
    grid.addEventListener("scroll", () => this.list.atTop && this.#pill(0), { passive: true });
    const { eventsUrl = "", eventsWorker = "", viewer = "" } = main.dataset;
    acts.onDone = () => void this.#refresh();
    listen(eventsUrl, eventsWorker, viewer, (news) => this.#hear(news));
    for (const kind of ["online", "teczka:day"]) addEventListener(kind, () => void this.#refresh()); // of which no stream may tell
  }

  #hear(news: News): void {
    if (news.kind === "signout") location.reload();
    else if (news.kind === "up") this.#connection(news.up);
    else if (this.#isOurs(news.change)) void this.#refresh();
    else void this.#refreshTree().then(() => void (this.#isOurs(news.change) && this.#refresh())).catch(() => {}); // the unified inbox may be made of it now
  }

  #isOurs(change: Change): boolean {
    const members = this.#current()?.dataset["members"] ?? this.main.dataset["members"] ?? this.main.dataset["folder"] ?? "";
    return Boolean(change.everything) || Boolean(change.folders?.some((folder) => this.main.dataset["role"] === "search" || members.includes(folder)));
  }

  /** Between the page's making and the stream's beginning, and while there was none, anything may have changed. */
  #connection(up: boolean): void {
    clearTimeout(this.#lost);
    if (!up) return void (this.#lost = window.setTimeout(() => this.#offline(), PATIENCE));
    this.#strip(null);
    void this.#refresh();
  }

  /** One at a time; what came meanwhile is one more. */
  async #refresh(): Promise<void> {
    this.#again = true;
    if (this.#running) return;
    this.#running = true;
    while (this.#again) {
      await until(this.#lastAt + APART);
      await this.acts.settled();
      this.#again = false;
      this.#lastAt = performance.now();
      try {
        this.pane.reread();
        await Promise.all([this.#refreshRows(), this.#refreshTree()]);
        this.#lastAnswer = new Date();
      } catch (error) {
        console.warn(error); // the stream tells when the server is back
      }
    }
    this.#running = false;
  }

  async #refreshRows(): Promise<void> {
    const fresh = await this.list.refresh();
    this.#pill(this.list.atTop ? 0 : this.#news + fresh);
    this.#showEmpty();
  }

  /** One after the other: no older tree stands after a newer one. Between two of them is as long as the former took. */
  #refreshTree(): Promise<void> {
    this.#next ??= this.#trees.catch(() => {}).then(() => until(this.#notBefore)).then(() => ((this.#next = null), this.#fetchTree()));
    return (this.#trees = this.#next);
  }

  async #fetchTree(): Promise<void> {
    const [tree, url, began] = [this.#tree, this.main.dataset["treeUrl"], performance.now()];
    if (!tree || !url) return;
    const had = [...tree.querySelectorAll<HTMLElement>("[data-leaves]")].map(({ dataset }) => dataset["leaves"]).join(" ");
    const { body } = await getFragment(`${url}&had=${encodeURIComponent(had)}`);
    this.#notBefore = 2 * performance.now() - began;
    await released();
    if (url !== this.main.dataset["treeUrl"]) return this.#fetchTree(); // another list stands beside it since
    for (const now of tree.querySelectorAll("details[id]"))
      body.querySelector(`#${CSS.escape(now.id)}`)?.toggleAttribute("open", now.hasAttribute("open"));
    const at = document.activeElement?.closest("#tree *, #desk *") ?? null;
    const focused = at?.localName === "summary" ? `#${CSS.escape(at.parentElement?.id ?? "")} > summary` : `[href="${CSS.escape(at?.getAttribute("href") ?? "")}"]`;
    for (const id of BESIDE) put(id, body.querySelector(`#${id}`));
    for (const told of body.querySelectorAll<HTMLElement>("[data-unread]")) lay(told, tree.querySelector(`[data-leaves="${told.dataset["leaves"]}"]`));
    tree.replaceChildren(...body.childNodes);
    this.#current()?.setAttribute("aria-current", "page");
    if (at) need("side").querySelector<HTMLElement>(focused)?.focus();
  }

  #current(): HTMLElement | null {
    return this.#tree?.querySelector<HTMLElement>(`[data-folder="${CSS.escape(this.main.dataset["folder"] ?? "")}"]`) ?? null;
  }

  #pill(count: number): void {
    if (count === this.#news) return;
    this.#news = count;
    this.#notices.querySelector(".pill")?.remove();
    const pill = count ? fromTemplate("t-new") : null;
    if (!pill) return;
    fill(pill, "count", String(count));
    pill.addEventListener("click", () => (this.list.scrollTo(0), this.grid.focus()));
    this.#notices.append(pill);
  }

  #offline(): void {
    const strip = fromTemplate("t-offline");
    if (strip) fill(strip, "time", this.#lastAnswer.toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" }));
    this.#strip(strip);
  }

  #strip(strip: HTMLElement | null): void {
    this.#notices.querySelector(".quiet")?.remove();
    if (strip) this.#notices.prepend(strip);
  }

  /** After the rows stands what is said where there are none; at first the server's. */
  #showEmpty(): void {
    const said = this.grid.nextElementSibling;
    if (this.list.total) said?.remove();
    else if (!said) this.grid.after(fromTemplate("t-empty") ?? "");
  }
}

const until = (at: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())));

/** The folders are those that were there: told anew of which have unread mail, and how much. */
function lay(told: HTMLElement, there: Element | null): void {
  for (const leaf of there?.querySelectorAll(".has-unread") ?? []) leaf.classList.remove("has-unread"), leaf.querySelector(".count")?.remove();
  for (const leaf of told.querySelectorAll("a")) there?.querySelector(`[data-folder="${leaf.dataset["folder"]}"]`)?.replaceWith(leaf);
  told.replaceWith(there ?? "");
}

/** Left alone where it is the same: what stands in it would be read aloud again. */
function put(id: string, now: Element | null): void {
  now?.remove();
  const before = document.getElementById(id);
  if (now && !before?.isEqualNode(now)) before?.replaceWith(now);
}
