// In a comment "@" offers the people of the office. Whom a name means, and who is told, the server decides.

import { getFragment } from "./shared.js";

const BEGUN = /(?:^|[\s(])@([\p{L}-]*(?: [\p{L}-]*)?)$/u;
const MOST = 6;
const folded = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/ł/gi, "l").toLowerCase();

let people: Promise<string[]> | null = null;
let list: HTMLElement | null = null;
let at = 0;

document.addEventListener("input", ({ target }) => target instanceof HTMLTextAreaElement && target.closest("#comments") && void offer(target));
document.addEventListener("focusout", close);
document.addEventListener("keydown", press, true); // before Enter and Esc mean what they do in a comment

/** Names without titles, as a mention has them. */
async function load(): Promise<string[]> {
  const { body } = await getFragment(document.body.dataset["palettePage"] ?? "");
  const listed = body.querySelector<HTMLTemplateElement>("#t-listed")?.content.querySelectorAll("[data-kind=person]") ?? [];
  return [...listed].map(({ textContent }) => (textContent ?? "").split(" ").filter((word) => !word.endsWith(".")).join(" "));
}

const begun = (field: HTMLTextAreaElement): string | undefined => BEGUN.exec(field.value.slice(0, field.selectionEnd))?.[1];

async function offer(field: HTMLTextAreaElement): Promise<void> {
  if (begun(field) === undefined) return close();
  const known = await (people ??= load().catch(() => ((people = null), [])));
  const typed = folded(begun(field) ?? "@"); // as it is by now
  const found = known.filter((name) => folded(` ${name}`).includes(` ${typed}`) && folded(name) !== typed).slice(0, MOST);
  close();
  if (!found.length || document.activeElement !== field) return;
  list = document.createElement("div");
  Object.assign(list, { id: "mentions", className: "mentions", role: "listbox", ariaLabel: field.closest<HTMLElement>("#comments")?.dataset["people"] ?? "" });
  list.append(...found.map((name, place) => option(field, name, place)));
  field.after(list);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", "mentions");
  mark(field, 0);
}

function option(field: HTMLTextAreaElement, name: string, place: number): HTMLElement {
  const made = document.createElement("div");
  Object.assign(made, { id: `mention-${place}`, role: "option", textContent: name });
  made.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  made.addEventListener("click", () => choose(field, name));
  return made;
}

function mark(field: HTMLTextAreaElement, next: number): void {
  const options = [...(list?.children ?? [])];
  at = (next + options.length) % options.length;
  options.forEach((one, place) => one.setAttribute("aria-selected", String(place === at)));
  field.setAttribute("aria-activedescendant", `mention-${at}`);
}

function choose(field: HTMLTextAreaElement, name: string): void {
  const end = field.selectionEnd;
  field.setRangeText(`${name} `, field.value.lastIndexOf("@", end - 1) + 1, end, "end");
  close();
}

function close(): void {
  list?.parentElement?.querySelector("textarea")?.removeAttribute("aria-activedescendant");
  list?.remove();
  list = null;
}

function press(event: KeyboardEvent): void {
  const field = event.target;
  if (!list || !(field instanceof HTMLTextAreaElement) || event.isComposing || event.ctrlKey || event.metaKey) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) mark(field, at + step);
  else if (event.key === "Enter" || event.key === "Tab") choose(field, list.children[at]?.textContent ?? "");
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
