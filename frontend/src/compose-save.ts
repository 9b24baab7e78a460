// Nothing that was written is lost: a copy in this browser at every pause, one on the server two seconds later, one among the account's
// drafts after half a minute of rest and when the window closes.

import { fill, fromTemplate, need } from "./shared.js";

const PAUSE = 400; // ms until the copy in this browser
const AUTOSAVE = 2_000;
const REST = 30_000;
const SIGNED_IN = 2_000; // between two looks whether somebody has signed in again

interface Copy {
  revision: string; // of the server's that it follows
  entries: [string, string][];
  left: boolean; // by a page that has closed, and never learnt whether what it sent came: leaving.ts finds out
}

export class Saver {
  onStale: () => void = () => {};
  /** It cannot be saved as it is, and why. */
  onWrong: (words: string) => void = () => {};
  /** Too much to be sent to the account's drafts at every rest: only when the letter is closed. */
  heavy: () => boolean = () => false;
  readonly #revision = need<HTMLInputElement>("revision");
  readonly #saved = need("saved");
  readonly #key: string;
  #timers = { pause: 0, save: 0, rest: 0 };
  #dirty = false;
  #kept = true; // among the account's drafts, as it stands
  #running: Promise<boolean> | null = null;
  #stopped = false;
  #refused = false;
  #left = false;

  constructor(
    readonly form: HTMLFormElement,
    readonly collect: () => FormData,
  ) {
    this.#key = `draft ${form.dataset["viewer"]} ${form.dataset["draft"]}`;
    form.addEventListener("focusout", () => this.#dirty && this.#later(0));
    addEventListener("pagehide", () => this.#leave());
    addEventListener("pageshow", ({ persisted }) => persisted && ((this.#left = false), this.#later(0))); // it never learnt, either
    document.addEventListener("visibilitychange", () => document.hidden && this.#dirty && this.#keepHere());
    new BroadcastChannel("out").onmessage = () => this.#signOut();
  }

  /** Sent, thrown away or closed: nothing is saved any more. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** The server answered, and did not take it: the page has said why. */
  get refused(): boolean {
    return this.#refused;
  }

  /** What this browser kept and the server never got; `stale` where the server has something newer. */
  restore(): { body: FormData; stale: boolean } | null {
    const text = localStorage.getItem(this.#key);
    if (!text) return null;
    const { revision, entries } = JSON.parse(text) as Copy;
    const body = new FormData();
    for (const [name, value] of entries) body.set(name, value);
    return { body, stale: revision !== this.#revision.value };
  }

  /** Whether the server has just this: it takes the same again for what it is, and nothing else that is so old. */
  async arrived(body: FormData): Promise<boolean> {
    const { ok } = await this.post(this.form.dataset["saveUrl"] ?? "", body);
    if (ok && !this.#dirty) localStorage.removeItem(this.#key);
    return ok;
  }

  changed(): void {
    this.#dirty = true;
    this.#kept = false;
    clearTimeout(this.#timers.pause);
    this.#timers.pause = window.setTimeout(() => (this.#dirty || this.#running) && this.#keepHere(), PAUSE);
    this.#later(AUTOSAVE);
    clearTimeout(this.#timers.rest);
    this.#timers.rest = window.setTimeout(() => void (this.heavy() || this.keep()), REST);
  }

  /** What is written is on the server. False: it is not, and the page says so. */
  async flush(): Promise<boolean> {
    while (this.#running) await this.#running; // of several that wait for one, the first saves again
    if (!this.#dirty) return true;
    this.#running = this.#save();
    try {
      return await this.#running;
    } finally {
      this.#running = null;
    }
  }

  /** Saved, and put among the account's drafts. */
  async keep(): Promise<void> {
    if (this.#kept || this.#stopped || !(await this.flush())) return;
    this.#kept = true;
    await this.post(this.form.dataset["keepUrl"] ?? "", this.#token()).catch(() => (this.#kept = false));
  }

  /** Sent or thrown away: nothing is saved any more. */
  stop(): void {
    this.#stopped = true;
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    localStorage.removeItem(this.#key);
  }

  /** Raises where nobody answers; an answer that sends to the sign-in page is waited out, with the page's words about it. */
  async post(url: string, body: BodyInit): Promise<Response> {
    const answer = await fetch(url, { method: "POST", body, redirect: "manual", headers: { "X-CSRFToken": this.#csrf().value } });
    if (answer.type !== "opaqueredirect" && answer.status !== 403) return answer;
    this.#keepHere();
    await this.#signedIn();
    if (body instanceof FormData) body.set("csrfmiddlewaretoken", this.#csrf().value);
    return this.post(url, body);
  }

  async #save(): Promise<boolean> {
    clearTimeout(this.#timers.save);
    this.#dirty = this.#refused = false;
    const body = this.collect();
    try {
      const answer = await this.post(this.form.dataset["saveUrl"] ?? "", body);
      this.#refused = answer.status === 409 || answer.status === 400;
      if (answer.status === 409) {
        this.#dirty = true;
        this.#keepHere(body);
        this.onStale();
        return false;
      }
      if (answer.status === 400) this.onWrong(((await answer.json()) as { wrong: string }).wrong);
      if (!answer.ok) throw new Error(String(answer.status));
      this.#accept((await answer.json()) as { revision: string; saved: string });
      return true;
    } catch {
      this.#dirty = true;
      this.#keepHere(body);
      this.#say("t-unsaved", "alert");
      if (!this.#stopped) this.#later(AUTOSAVE * 5);
      return false;
    }
  }

  #accept({ revision, saved }: { revision: string; saved: string }): void {
    this.#revision.value = String(revision);
    if (!this.#dirty) localStorage.removeItem(this.#key);
    const said = fromTemplate("t-saved");
    if (said) fill(said, "time", saved);
    this.#saved.replaceChildren(said ?? "");
    this.#saved.removeAttribute("role");
  }

  #later(wait: number): void {
    clearTimeout(this.#timers.save);
    if (!this.#stopped) this.#timers.save = window.setTimeout(() => void this.flush(), wait);
  }

  #keepHere(body: FormData = this.collect()): void {
    if (this.#stopped) return;
    const entries = [...body].filter((pair): pair is [string, string] => typeof pair[1] === "string" && pair[0] !== "csrfmiddlewaretoken");
    try {
      localStorage.setItem(this.#key, JSON.stringify({ revision: this.#revision.value, entries, left: this.#left } satisfies Copy));
    } catch {
      this.#say("t-unsaved", "alert"); // larger than a browser keeps: the server's copy is the only one
    }
  }

  /** A closing page may send a little (64 KB), and never learns whether that came: all of it has its copy in this browser. */
  #leave(): void {
    this.#left = true;
    if (this.#stopped || this.#kept) return;
    const unsure = this.#dirty || this.#running !== null;
    const body = unsure ? this.collect() : this.#token();
    navigator.sendBeacon(this.form.dataset["keepUrl"] ?? "", body);
    if (unsure) this.#keepHere(body);
  }

  /** The server has had all that is kept. The page is asked for anew once the session has surely ended. */
  #signOut(): void {
    this.stop();
    document.body.replaceChildren();
    setTimeout(() => location.reload(), SIGNED_IN);
  }

  #token(): FormData {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", this.#csrf().value);
    return body;
  }

  #csrf(): HTMLInputElement {
    return this.form.elements.namedItem("csrfmiddlewaretoken") as HTMLInputElement;
  }

  #say(template: string, role: string): void {
    this.#saved.setAttribute("role", role);
    this.#saved.replaceChildren(fromTemplate(template) ?? "");
  }

  /** Somebody signs in again, in another window; then the page has a new token. */
  async #signedIn(): Promise<void> {
    const dialog = need<HTMLDialogElement>("signin-dialog");
    if (!dialog.open) dialog.showModal();
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, SIGNED_IN));
      const answer = await fetch(location.href, { redirect: "manual" }).catch(() => null);
      if (!answer?.ok) continue;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector<HTMLInputElement>('input[name="csrfmiddlewaretoken"]');
      if (fresh) this.#csrf().value = fresh.value;
      dialog.close();
      return;
    }
  }
}
