// Files that go with the letter: sent up at once, each with its progress and a way to stop it.

import { need, parse } from "./shared.js";
import { drops, failed, sendUp } from "./upload";

const PICTURE = /^image\/(?:png|jpeg|gif|webp)$/;

export class Files {
  onInline: (address: string, name: string) => void = () => {};
  onChange: () => void = () => {};
  readonly #list = need("files");
  readonly #total = need("files-total");
  #sending = 0;

  constructor(
    readonly form: HTMLFormElement,
    readonly ask: (url: string, body: BodyInit) => Promise<Response>,
  ) {
    const field = need<HTMLInputElement>("file");
    need("attach").addEventListener("click", () => field.click());
    field.addEventListener("change", () => {
      this.send([...(field.files ?? [])], false);
      field.value = "";
    });
    field.removeAttribute("name"); // they go up by themselves
    this.#list.addEventListener("click", (event) => void this.#press(event));
    this.#drops();
    this.#count();
  }

  get count(): number {
    return this.#list.querySelectorAll("li[data-file]").length;
  }

  /** Bytes, all together. */
  get size(): number {
    return [...this.#list.querySelectorAll<HTMLElement>("li[data-size]")].reduce((total, line) => total + Number(line.dataset["size"]), 0);
  }

  /** What the page shows: that goes, or nothing. */
  get ids(): string[] {
    return [...this.#list.querySelectorAll<HTMLElement>("li[data-file]")].map((line) => line.dataset["file"] ?? "");
  }

  /** One did not arrive, and its writer has not yet taken note. */
  get failed(): boolean {
    return this.#list.querySelector("li.bad") !== null;
  }

  get busy(): boolean {
    return this.#sending > 0;
  }

  /** A picture into the letter; anything else beside it. */
  send(files: readonly File[], inline: boolean): void {
    for (const file of files) this.#send(file, inline && PICTURE.test(file.type));
  }

  /** What the server says there is now. */
  replace(html: string): void {
    this.#list.replaceChildren(...parse(html).querySelectorAll("li"));
    this.#count();
  }

  #send(file: File, inline: boolean): void {
    const words = new URLSearchParams({ name: file.name || "obraz.png", type: file.type, ...(inline ? { inline: "1" } : {}) });
    const { line, request } = sendUp(this.form, `${this.form.dataset["filesUrl"]}?${words}`, file);
    request.addEventListener("load", () => this.#loaded(line, request, inline));
    request.addEventListener("loadend", () => {
      this.#sending -= 1;
      this.#count();
      this.onChange();
    });
    this.#sending += 1;
    this.#list.append(line);
    this.#count();
  }

  #loaded(line: HTMLElement, request: XMLHttpRequest, inline: boolean): void {
    const made = request.getResponseHeader("X-File") ? parse(request.responseText).querySelector("li") : null;
    if (!made) return failed(line, request.status === 400 ? request.responseText : "");
    line.replaceWith(made);
    if (inline) this.onInline(made.dataset["address"] ?? "", made.dataset["name"] ?? "");
  }

  async #press(event: Event): Promise<void> {
    const button = (event.target as Element).closest<HTMLButtonElement>("button[data-url]");
    const line = button?.closest<HTMLElement>("li");
    if (!button || !line) return;
    event.preventDefault();
    const answer = await this.ask(button.dataset["url"] ?? "", new FormData());
    if (!answer.ok) return;
    if (button.dataset["drop"] !== undefined) line.remove();
    else this.replace(await answer.text());
    this.#count();
    this.onChange();
    need("attach").focus();
  }

  #drops(): void {
    const target = need("drop");
    drops((there) => (target.hidden = !there), (files, where) => this.send(files, Boolean(where.closest("#drop-inline"))));
    target.addEventListener("dragleave", () => (target.hidden = true));
  }

  #count(): void {
    const most = Number(this.form.dataset["sizeLimit"] ?? 0);
    // Base64 makes four bytes of three, and a line end of every 76.
    this.#total.hidden = !most || this.size * 1.37 < most;
    need("more-files").hidden = this.count === 0;
  }
}
