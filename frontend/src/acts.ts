// What a person does to mail: seen at once, told to the server, and taken back with one key. What the server refuses comes back with the
// next refresh, and a sentence says why. One after the other, in the order of the keys; each bears a key of its own, so that one that
// is told again after a broken connection is done once.

import type { List } from "./list";
import type { Marks } from "./marks";
import type { Selection } from "./selection";
import { fill, fromTemplate, need, post, Refused, say } from "./shared.js";

const STAYS = 10_000; // ms that a toast with its "undo" is seen; the key works longer
const SOONEST = 1_000; // ms before what met no server is told again
const LATEST = 15_000;

/** After these a row lies in another folder. */
const AWAY = new Set(["archive", "spam", "not_spam", "bin", "delete", "move"]);
type Look = readonly [string, boolean];
const LOOKS: Record<string, Look> = { read: ["unread", false], unread: ["unread", true], star: ["starred", true], unstar: ["starred", false] };

/** crypto.randomUUID is there over HTTPS only. */
const unique = (): string => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

type Told = { act?: string; said?: string };
type Fields = Record<string, string | readonly string[]>;

/** On the whole list, and no server answered. */
class Unkept extends Error {}

/** What another script of the page wants done (`teczka:act`): to the marked messages or the chosen one, where it names none. */
export interface Asked {
  verb: string;
  ids?: readonly string[];
  fields?: Fields;
  /** Where it is told: what changes whose a message is, and not where it lies, has an address of its own. */
  url?: string;
}

export class Acts {
  onDone: () => void = () => {};
  /** What the pane said of these may be otherwise now. */
  onChanged: (ids: readonly string[]) => void = () => {};
  #queue: Promise<void> = Promise.resolve();
  #waiting = 0;
  #done: string[] = []; // what z takes back, the last one first
  #timer = 0;
  readonly #place = need("toast");

  constructor(readonly main: HTMLElement, readonly list: List, readonly selection: Selection, readonly marks: Marks) {
    document.addEventListener("teczka:act", (event) => this.#asked((event as CustomEvent<Asked>).detail));
    document.addEventListener("teczka:concerned", ({ detail }: CustomEventInit<object>) =>
      Object.assign(detail ?? {}, { ids: this.#concerned(), whole: this.#whole() }),
    );
  }

  /** Nothing is on its way to the server: what it tells now is how things are. */
  async settled(): Promise<void> {
    while (this.#waiting) await this.#queue;
  }

  /** On the marked messages, or on the chosen one. */
  act(verb: string, by = 1): boolean {
    return this.#asked({ verb }, by);
  }

  #asked({ verb, ids, fields = {}, url }: Asked, by = 1): boolean {
    const about = ids ?? this.#concerned();
    if (!about.length) return false;
    this.#tell(verb, about, { ...fields, ...(ids ? {} : this.#whole()) }, by, url);
    if (about.join() === this.marks.ids.join()) this.marks.clear();
    return true;
  }

  star(): boolean {
    return this.act(this.#concerned().every((id) => this.#looks(id).has("starred")) ? "unstar" : "star");
  }

  /** Read because it was looked at: no word about it, and nothing for z. */
  seen(id: string): void {
    if (this.#looks(id).has("unread")) this.#tell("read", [id], { quietly: "1" });
  }

  undo(): boolean {
    this.#later(async () => {
      const act = this.#done.pop() ?? ((await post("/acts/last/", {})) as Told).act;
      if (act) this.#toast("t-undone", ((await this.#insist(`/acts/${act}/undo/`, {})) as Told).said);
      this.list.looks.clear(); // rows that are there tell it anew, and the pane
      this.onChanged([this.selection.id]);
    });
    return true;
  }

  /** Its account lets mail be moved about: else that is refused, and it stays before whoever tried. Its row may be far away. */
  movable(id: string): boolean {
    const row = this.#rows([id])[0];
    const tools = id === this.selection.id ? this.selection.pane.element.querySelector(".toolbar") : null;
    if (!row && tools) return tools.querySelector("[data-action=archive]") !== null;
    const folder = row?.dataset["folder"];
    if (!folder) return "managed" in this.main.dataset;
    return Boolean(document.querySelector(`#tree [data-folder="${CSS.escape(folder)}"]:not([data-gone])`)?.closest("[data-writable]"));
  }

  #concerned(): readonly string[] {
    return this.marks.ids.length ? this.marks.ids : this.selection.id ? [this.selection.id] : [];
  }

  /** Where all of the list is meant: that, and which list it is. */
  #whole = (): Fields => (this.marks.everything ? { everything: "1", listing: this.main.dataset["folder"] ?? "" } : {});

  #rows(ids: readonly string[]): HTMLElement[] {
    return this.list.rows().filter((row) => ids.includes(row.dataset["message"] ?? ""));
  }

  /** As its row told last, which may be far from here by now; of what an address opened and no row was there yet, as the pane tells. */
  #looks(id: string): Set<string> {
    return this.list.looks.get(id) ?? (id === this.selection.id ? this.selection.pane.looks : new Set());
  }

  #tell(verb: string, ids: readonly string[], more: Fields, by = 1, url = "/acts/"): void {
    const look = LOOKS[verb];
    this.list.acted++;
    if (look) this.#look(ids, ...look);
    else if (this.main.dataset["leaves"]?.split(" ").includes(verb)) this.#takeAway(ids, by);
    else if (AWAY.has(verb) && this.main.dataset["role"] !== "search") this.#takeAway(ids.filter((id) => this.movable(id)), by);
    const fields = { key: unique(), verb, listing: this.main.dataset["folder"] ?? "", message: ids, ...more };
    say("teczka:telling", { key: fields.key, url, fields }); // kept until it is told, though this page closes (waiting.ts)
    this.#later(async () => {
      if ("everything" in fields) this.#toast("t-working"); // a hundred thousand take the server a quarter of a minute
      const { act, said } = (await this.#insist(url, fields).finally(() => (say("teczka:told", fields.key), look || this.onChanged(ids)))) as Told;
      if (more["quietly"]) return;
      if (act) this.#done.push(act);
      this.#toast("t-done", said);
    });
  }

  #look(ids: readonly string[], look: string, on: boolean): void {
    for (const row of this.#rows(ids)) row.classList.toggle(look, on);
    for (const id of ids) this.#looks(id)[on ? "add" : "delete"](look);
  }

  #takeAway(ids: readonly string[], by: number): void {
    const gone = ids.includes(this.selection.id);
    this.list.drop((row) => ids.includes(row.dataset["message"] ?? ""));
    if (gone) this.selection.move(by);
  }

  #later(task: () => Promise<void>): void {
    this.#waiting++;
    this.#queue = this.#queue
      .then(task)
      .catch((error: unknown) => this.#toast(error instanceof Unkept ? "t-unkept" : "t-refused", error instanceof Refused ? error.said : ""))
      .then(() => {
        this.#waiting--;
        say("teczka:told", null);
        this.onDone();
      });
  }

  /** Until a server answers. */
  async #insist(url: string, fields: Fields): Promise<unknown> {
    for (let wait = SOONEST; ; wait = Math.min(2 * wait, LATEST)) {
      try {
        return await post(url, fields);
      } catch (error) {
        if (error instanceof Refused) throw error;
        if ("everything" in fields) throw new Unkept(); // what that is may be more by then
        this.#toast("t-unsaved");
        say("teczka:untold", null);
        await new Promise((resolve) => (setTimeout(resolve, wait), addEventListener("online", resolve, { once: true })));
      }
    }
  }

  #toast(template: string, said = ""): void {
    const toast = fromTemplate(template);
    if (toast && said) fill(toast, "said", said);
    this.#place.replaceChildren(toast ?? "");
    clearTimeout(this.#timer);
    if (template !== "t-working") this.#timer = window.setTimeout(() => this.#place.replaceChildren(), STAYS);
  }
}
