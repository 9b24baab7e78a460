// Where the letter is written: Squire over HTML, or a text field. Quoted mail stays folded and apart until somebody wants to edit it.

import DOMPurify from "dompurify";
import Squire from "squire-rte";
import { need } from "./shared.js";

type Format = "bold" | "italic" | "underline" | "bullets" | "numbers" | "quote" | "link";
// What is pasted brings no looks of its own: the letter keeps its one hand.
const PASTED = { FORBID_ATTR: ["style", "class", "id", "face", "color", "size", "bgcolor"], FORBID_TAGS: ["style", "form", "input", "button"] };
const MARKS: Record<Format, string> = { bold: "B", italic: "I", underline: "U", bullets: "UL", numbers: "OL", quote: "BLOCKQUOTE", link: "A" };
const OWN = new RegExp(`^${location.pathname}files/[^/]+/$`);
const ADDRESS = /^(?:https?:\/\/|mailto:)/i;

export class Editor {
  /** A picture was pasted or dropped into the letter. */
  onFiles: (files: File[], inline: boolean) => void = () => {};
  onChange: () => void = () => {};

  readonly #squire: Squire;
  readonly #root = need("editor");
  readonly #text = need<HTMLTextAreaElement>("text");
  readonly #mode = need<HTMLInputElement>("mode");
  readonly #bar = need("toolbar");
  readonly #quote = document.getElementById("quote") as HTMLDetailsElement | null;

  constructor() {
    const written = document.getElementById("t-written") as HTMLTemplateElement;
    this.#squire = new Squire(this.#root, { sanitizeToDOMFragment: (html) => fragment(html) });
    if (this.#mode.dataset["rich"] !== undefined) this.#mode.value = "rich"; // without script it is plain
    if (this.rich) this.#root.replaceChildren(document.importNode(written.content, true));
    if (!this.#root.firstElementChild) this.#squire.setHTML("");
    this.#squire.addEventListener("input", () => this.onChange());
    this.#squire.addEventListener("pathChange", () => this.#reflect());
    this.#squire.addEventListener("pasteImage", (event) => this.#images(event as CustomEvent<{ clipboardData: DataTransfer }>));
    this.#squire.addEventListener("willPaste", () => this.#step());
    this.#text.addEventListener("input", () => this.onChange());
    this.#bar.addEventListener("click", (event) => this.#press(event));
    this.#bar.addEventListener("keydown", (event) => this.#walk(event));
    this.#quote?.querySelector("summary")?.addEventListener("click", (event) => {
      event.preventDefault();
      this.unfold();
    });
    this.#show();
  }

  get rich(): boolean {
    return this.#mode.value === "rich";
  }

  /** What goes to the server: one of them is empty. */
  get html(): string {
    return this.rich ? this.#squire.getHTML() : "";
  }

  get plain(): string {
    return this.rich ? "" : this.#text.value;
  }

  /** The words alone, to look for "in the attachment" in. */
  set(html: string, plain: string, rich: boolean): void {
    this.#mode.value = rich ? "rich" : "plain";
    if (rich) this.#squire.setHTML(html);
    else this.#text.value = plain;
    this.#show();
  }

  focus(): void {
    if (!this.rich) return this.#text.focus();
    this.#squire.moveCursorToStart();
    this.#squire.focus();
  }

  insertImage(address: string, name: string): void {
    this.#squire.insertImage(address, { alt: name });
    this.#step();
    this.onChange();
  }

  insertTemplate(template: HTMLTemplateElement): void {
    if (!this.rich) this.#text.setRangeText(words(template.content), this.#text.selectionStart, this.#text.selectionEnd, "end");
    else {
      this.#squire.insertHTML(template.innerHTML);
      this.#step();
    }
    this.onChange();
    this.rich ? this.#squire.focus() : this.#text.focus();
  }

  /** The new signature in the old one's place; one that was changed by hand stays. */
  swapSignature(before: string, after: string): void {
    const [old, now] = [before, after].map((id) => (document.getElementById(`signature-${id}`) as HTMLTemplateElement | null)?.content);
    if (!this.rich) {
      const [gone, fresh] = [old, now].map((signature) => (signature ? words(signature).trimEnd() : ""));
      if (gone) this.#text.value = this.#text.value.replace(gone, () => fresh ?? ""); // which may have "$&" in it
      else if (fresh) this.#text.value += `\n\n${fresh}`;
      return;
    }
    this.#keep(); // or Ctrl+Z would take what was typed last, too
    const fresh = now?.firstElementChild ? [document.importNode(now, true)] : [];
    const place = old && words(old) && [...this.#root.children].find((block) => squeezed(block) === squeezed(old));
    if (place) place.replaceWith(...fresh);
    else if (!old?.firstElementChild) this.#root.append(...fresh);
    this.#step();
    this.onChange();
  }

  /** The quoted mail becomes a part of what can be edited. */
  unfold(): void {
    const quoted = document.getElementById("t-quoted") as HTMLTemplateElement | null;
    if (!this.#quote?.isConnected || !quoted) return;
    this.#root.append(this.#squire.createDefaultBlock(), document.importNode(quoted.content, true));
    this.dropQuote();
    this.onChange();
  }

  dropQuote(): void {
    this.#quote?.remove();
    need<HTMLInputElement>("quoted").value = "";
  }

  #show(): void {
    this.#root.hidden = !this.rich;
    this.#text.hidden = this.rich;
    for (const button of this.#bar.querySelectorAll<HTMLElement>("[data-format]")) button.hidden = !this.rich;
    need("to-plain").hidden = !this.rich;
    need("to-rich").hidden = this.rich;
  }

  #reflect(): void {
    for (const button of this.#bar.querySelectorAll<HTMLElement>("[data-format]"))
      button.setAttribute("aria-pressed", String(this.#squire.hasFormat(MARKS[button.dataset["format"] as Format])));
  }

  #press(event: Event): void {
    const button = (event.target as Element).closest<HTMLElement>("button");
    if (button?.id === "to-plain") this.#flatten();
    else if (button?.id === "to-rich") this.set(asBlocks(this.#text.value), "", true);
    else if (button?.dataset["format"]) return this.#format(button.dataset["format"] as Format);
    else return;
    this.onChange();
    this.focus();
  }

  /** With what is quoted: as text that cannot be folded. */
  #flatten(): void {
    this.unfold();
    this.set("", words(this.#root), false);
  }

  /** What is typed from now on is taken back by itself: Squire keeps how it was before, alone. Asked at once, it would keep this in its place. */
  #step(): void {
    setTimeout(() => this.#keep());
  }

  /** Its marks of where the cursor stands are no change: one Ctrl+Z would do nothing but take them back. */
  #keep(): void {
    this.#squire.modifyDocument(() => this.#squire.saveUndoState());
  }

  #format(format: Format): void {
    const squire = this.#squire;
    const on = squire.hasFormat(MARKS[format]);
    if (format === "bold") on ? squire.removeBold() : squire.bold();
    else if (format === "italic") on ? squire.removeItalic() : squire.italic();
    else if (format === "underline") on ? squire.removeUnderline() : squire.underline();
    else if (format === "bullets") on ? squire.removeList() : squire.makeUnorderedList();
    else if (format === "numbers") on ? squire.removeList() : squire.makeOrderedList();
    else if (format === "quote") on ? squire.decreaseQuoteLevel() : squire.increaseQuoteLevel();
    else if (on) squire.removeLink();
    else return this.#askLink();
    squire.focus();
    this.#reflect();
  }

  #askLink(): void {
    const dialog = need<HTMLDialogElement>("link-dialog");
    const field = need<HTMLInputElement>("link-address");
    const range = this.#squire.getSelection();
    dialog.onclose = () => {
      const address = field.value.trim();
      this.#squire.setSelection(range);
      if (dialog.returnValue === "ok" && address) this.#squire.makeLink(ADDRESS.test(address) ? address : `https://${address}`);
      this.#squire.focus();
    };
    field.value = "";
    dialog.returnValue = "";
    dialog.showModal();
  }

  /** One stop of Tab for the whole bar (WAI-ARIA toolbar). */
  #walk(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const buttons = [...this.#bar.querySelectorAll<HTMLElement>("button:not([hidden])")];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = buttons[(at + step + buttons.length) % buttons.length];
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next?.focus();
  }

  #images(event: CustomEvent<{ clipboardData: DataTransfer }>): void {
    const files = [...event.detail.clipboardData.files];
    if (files.length) this.onFiles(files, true);
  }
}

function fragment(html: string): DocumentFragment {
  const clean = DOMPurify.sanitize(html, { ...PASTED, RETURN_DOM_FRAGMENT: true });
  const place = document.createElement("a");
  for (const picture of clean.querySelectorAll("img")) {
    place.href = picture.getAttribute("src") ?? ""; // the letter's own come back from the clipboard with our name before their path
    if (place.origin === location.origin && OWN.test(place.pathname)) picture.setAttribute("src", place.pathname);
    else if (!/^data:image\//.test(place.href)) picture.remove(); // shown here, it would not go: others', and Word's on the writer's disk
  }
  return document.importNode(clean, true);
}

const squeezed = (node: Node): string => (node.textContent ?? "").replace(/\s+/g, " ").trim();

/** Text as it reads: a line for each block. */
function words(node: ParentNode & Node): string {
  let text = "";
  for (const child of node.childNodes) {
    if (child instanceof Text) text += child.data.replace(/[\u200b\n]+/g, "");
    else if (child instanceof HTMLBRElement) text += "\n";
    else if (child instanceof HTMLElement) {
      const block = /^(?:DIV|P|UL|OL|LI|BLOCKQUOTE|TABLE|TR|H\d|PRE)$/.test(child.tagName);
      const lines = words(child).replace(block ? /\n$/ : /(?!)/, "");
      const inside = child.tagName === "BLOCKQUOTE" ? lines.replace(/^/gm, "> ") : lines;
      text += block ? `${text && !text.endsWith("\n") ? "\n" : ""}${inside}\n` : inside;
    }
  }
  return text;
}

function asBlocks(text: string): string {
  const holder = document.createElement("div");
  for (const line of text.split("\n")) holder.appendChild(document.createElement("div")).append(line || document.createElement("br"));
  return holder.innerHTML;
}
