// One field over everything: commands, cases, folders, accounts, people, settings; and the same field over cases alone, the picker.
// All of it is in memory, so a key is answered at once. Words and drawings are the server's (templates/palette/palette.html).

import { fold, ranked } from "./find";
import { BINDINGS, fill, fromTemplate, getFragment, need } from "./shared.js";

/** What was chosen with Enter; `open`: with Shift, to be opened, too; `add`: with Ctrl, a new case, named as was typed. */
export type Chosen = { how: "pick" | "open"; id: string; name: string } | { how: "add"; name: string };
/** The detail of `teczka:pick-case`; `does`: what Enter will do, which names the picker. */
export interface Wanted {
  does: "file" | "letter";
  then: (chosen: Chosen) => void;
}

interface Entry {
  kind: string;
  label: string;
  detail: string;
  keys: string;
  line: string; // what it is found by: core/find.py
  mark: string; // of a case: pinned or used of late
  icon: string;
  id: string;
  go: () => void;
}
type Row = [id: string, number: string, reference: string, name: string, client: string, line: string, state: string, mark: string];
type Group = [kind: string, most: number];

const CASES: Group = ["case", 8];
const GROUPS: readonly Group[] = [CASES, ["command", 6], ["folder", 6], ["page", 6], ["account", 4], ["person", 6]];
const ALONE = 20; // where one kind is looked for
const BEGINNING = new Set(["case", "command"]); // what is offered before anything is typed
const PREFIXES: Record<string, string> = { ">": "command", "#": "case", "@": "person" };
/** Keys of moving about: nobody writes out what to do with them. */
const MOVING = new Set(["next", "previous", "first", "last", "page-down", "page-up", "message-down", "message-up", "open", "back"]);
const LONG = 5_000; // ms that Enter waits for the server; then with what there is
const CLASS = 1000; // find.ts: how well the worst word fits, above how well all do

let building: Promise<HTMLDialogElement> | null = null;
let dialog: HTMLDialogElement;
let input: HTMLInputElement;
let list: HTMLElement;
let cases: Entry[] = [];
let version = "";
let others: Entry[] = [];
let people: Entry[] = [];
let shown: Entry[] = [];
let at = 0;
let wanted: Wanted | null = null;
let opened = 0; // how often
let moved = false; // by arrows, since the last letter
let loading: Promise<void> = Promise.resolve();

export const openPalette = (): Promise<void> => open(null);
export const pickCase = (detail: Wanted): Promise<void> => open(detail);

async function open(then: Wanted | null): Promise<void> {
  const made = await (building ??= build().catch((error: unknown) => {
    building = null;
    throw error;
  }));
  if (made.open || document.querySelector("dialog[open]")) return;
  wanted = then;
  opened++;
  made.dataset["mode"] = then ? "pick" : "all";
  const { all = "", hint = "", pickHint = "" } = made.dataset;
  made.ariaLabel = input.ariaLabel = (then && made.dataset[then.does]) || all;
  input.placeholder = then ? `${made.ariaLabel}: ${pickHint}` : hint;
  others = then ? [] : collect();
  input.value = "";
  made.showModal();
  show();
  list.setAttribute("aria-busy", "true");
  const ours = (loading = loading.then(() => complete(made, then !== null)).catch(console.warn)); // no older answer after a newer one
  await ours;
  if (loading === ours) list.removeAttribute("aria-busy");
}

/** What was chosen by arrows meanwhile stays chosen, wherever it stands then. */
async function complete(made: HTMLDialogElement, casesAlone: boolean): Promise<void> {
  [cases, people] = await Promise.all([load(made), casesAlone ? people : correspondents(made)]);
  const chosen = moved ? shown[at] : undefined;
  show();
  const now = chosen ? shown.findIndex(({ kind, id, line }) => kind === chosen.kind && id === chosen.id && line === chosen.line) : -1;
  if (now >= 0) move(now);
}

async function build(): Promise<HTMLDialogElement> {
  const { body } = await getFragment(document.body.dataset["palettePage"] ?? "");
  const [made, style] = [body.querySelector("dialog") as HTMLDialogElement, body.querySelector("link") as HTMLLinkElement];
  const styled = new Promise((resolve) => (style.onload = style.onerror = resolve));
  document.head.append(style);
  document.body.append(made, ...body.querySelectorAll("template"));
  await styled;
  input = made.querySelector("input") as HTMLInputElement;
  list = made.querySelector("[role=listbox]") as HTMLElement;
  dialog = made;
  input.addEventListener("input", show);
  input.addEventListener("keydown", press);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = (event.target as Element).closest<HTMLElement>("[role=option]");
    if (option) choose(Number(option.dataset["at"]), event.shiftKey ? "open" : "pick");
  });
  made.addEventListener("click", (event) => event.target === made && made.close());
  made.querySelector("[data-add]")?.addEventListener("click", () => choose(0, "add"));
  return made;
}

/** All that the viewer may know of now: what is not theirs any more is not in the answer. 304: what the page holds is still so. */
async function load(made: HTMLDialogElement): Promise<Entry[]> {
  const answer = await fetch(made.dataset["casesUrl"] ?? "", { cache: "no-store", headers: { "If-None-Match": version }, signal: AbortSignal.timeout(LONG) }).catch(() => null);
  if (!answer?.ok) return cases;
  version = answer.headers.get("ETag") ?? "";
  const page = made.dataset["caseUrl"] ?? "";
  return ((await answer.json()) as Row[]).map(([id, number, reference, name, client, line, state, mark]) => ({
    kind: "case",
    label: [number || reference, name].filter(Boolean).join(" · "),
    detail: [number && reference, client, state === "closed" ? (made.dataset["closed"] ?? "") : ""].filter(Boolean).join(" · "),
    keys: "",
    line,
    mark,
    icon: "briefcase",
    id,
    go: () => location.assign(page.replace(/0{8}-[0-]+/, id)),
  }));
}

async function correspondents(made: HTMLDialogElement): Promise<Entry[]> {
  if (people.length) return people;
  const answer = await fetch(made.dataset["peopleUrl"] ?? "", { signal: AbortSignal.timeout(LONG) }).catch(() => null);
  const known = answer?.ok ? ((await answer.json()) as { people: { name: string; address: string }[] }).people : [];
  const ours = new Set([...need<HTMLTemplateElement>("t-listed").content.querySelectorAll<HTMLElement>("[data-address]")].map(({ dataset }) => dataset["address"]?.toLowerCase()));
  return known.filter(({ address }) => !ours.has(address.toLowerCase())).map(({ name, address }) => entry("person", name || address, () => write(address), { detail: name && address }));
}

/** The page's own commands and folders, and what the server lists. */
function collect(): Entry[] {
  const rows = document.querySelector<HTMLTemplateElement>("#t-help")?.content.querySelectorAll<HTMLElement>("tr[data-action]") ?? [];
  const commands = [...rows].flatMap((row) => {
    const action = row.dataset["action"] ?? "";
    return MOVING.has(action) ? [] : [entry("command", row.lastElementChild?.textContent ?? "", () => perform(action), { keys: keyOf(action) })];
  });
  const folders = [...document.querySelectorAll<HTMLAnchorElement>("#tree a[data-folder]")].map((link) => {
    const detail = link.closest("details")?.querySelector("summary .branch-name")?.textContent ?? "";
    return entry("folder", link.querySelector(".leaf-name")?.textContent ?? "", () => location.assign(link.href), { detail });
  });
  const listed = need<HTMLTemplateElement>("t-listed").content.querySelectorAll<HTMLElement>("[data-kind]");
  return [...commands, ...folders, ...[...listed].map(fromServer)];
}

function fromServer(item: HTMLElement): Entry {
  const { kind = "", href, address, detail = "" } = item.dataset;
  const go = (): void => (href ? location.assign(href) : address ? write(address) : document.querySelector<HTMLElement>("[data-key~=compose]")?.click());
  return entry(kind, item.textContent ?? "", go, { detail });
}

function entry(kind: string, label: string, go: () => void, more: { detail?: string; keys?: string }): Entry {
  const { detail = "", keys = "" } = more;
  const words = fold(`${label} ${detail}`).match(/[\p{L}\p{N}]+/gu) ?? [];
  return { kind, label: label.trim(), detail, keys, line: ` ${words.join(" ")} `, mark: "", icon: ICONS[kind] ?? "chevron-right", id: "", go };
}
const ICONS: Record<string, string> = { folder: "folder", account: "at-sign", person: "users", page: "settings", search: "search" };

function keyOf(action: string): string {
  const key = BINDINGS.find((binding) => binding.action === action)?.keys[0] ?? "";
  if (document.body.dataset["keys"] === "off") return "";
  return /^[A-Z]$/.test(key) ? `Shift+${key.toLowerCase()}` : key;
}

/** As its button would: what the page's core knows (keys.ts hears clicks on data-action), or the button that the key presses. */
function perform(action: string): void {
  const button = document.createElement("button");
  button.dataset["action"] = action;
  button.hidden = true;
  document.body.append(button);
  button.click();
  button.remove();
}

function write(address: string): void {
  const form = document.getElementById("begin") as HTMLFormElement | null;
  const field = form?.elements.namedItem("mailto") as HTMLInputElement | null;
  if (!form || !field) return;
  field.value = `mailto:${encodeURIComponent(address)}`;
  form.requestSubmit();
  field.value = "";
}

function show(): void {
  const typed = input.value.trimStart();
  const kind = wanted ? "case" : PREFIXES[typed.charAt(0)];
  const query = fold(kind && !wanted ? typed.slice(1) : typed);
  shown = [];
  moved = false;
  const groups = (kind ? GROUPS.filter(([name]) => name === kind) : GROUPS).map((group) => found(group, query, kind ? ALONE : group[1]));
  // Those first whose best hit is best; of equals, the order of the table.
  groups.sort((one, other) => one.best - other.best);
  list.replaceChildren(...groups.flatMap(({ kind: name, entries }) => section(name, entries)), ...(kind ? [] : search(typed)));
  input.setAttribute("aria-expanded", String(shown.length > 0));
  fill(dialog, "typed", input.value.trim());
  dialog.classList.toggle("nothing", !shown.length);
  choosing(0);
}

/** Last of all, and first where nothing else fits: the same words, looked for in the mail. */
function search(typed: string): HTMLElement[] {
  const { search: label = "", searchUrl = "" } = dialog.dataset;
  const go = (): void => location.assign(`${searchUrl}?${new URLSearchParams({ q: typed.trim() })}`);
  return typed ? section("search", [entry("search", label.replace("…", typed.trim()), go, {})]) : [];
}

function found([kind]: Group, query: string, most: number): { kind: string; best: number; entries: Entry[] } {
  const all = kind === "case" ? cases : [...others.filter((other) => other.kind === kind), ...(kind === "person" ? people : [])];
  if (!query.trim()) {
    const marked = all.filter(({ mark }) => mark); // pinned, and used of late
    const entries = marked.length ? marked : most === ALONE || BEGINNING.has(kind) ? all : [];
    return { kind, best: 0, entries: entries.slice(0, marked.length || most) };
  }
  const hits = ranked(query, all.map(({ line }) => line), most);
  return { kind, best: Math.floor((hits[0]?.[0] ?? Infinity) / CLASS), entries: hits.map(([, place]) => all[place] as Entry) };
}

function section(kind: string, entries: readonly Entry[]): HTMLElement[] {
  const group = entries.length ? fromTemplate(`t-group-${kind}`) : null;
  if (!group) return [];
  for (const one of entries) {
    const option = fromTemplate("t-option") as HTMLElement;
    option.id = `option-${shown.length}`;
    option.dataset["at"] = String(shown.push(one) - 1);
    option.querySelector("use")?.setAttribute("href", `#i-${one.mark === "p" ? "pin" : one.mark === "r" ? "clock" : one.icon}`);
    fill(option, "label", one.label);
    fill(option, "detail", one.detail);
    const key = option.querySelector("kbd") as HTMLElement;
    if (one.keys) key.textContent = one.keys;
    else key.remove();
    group.append(option);
  }
  return [group];
}

function choosing(next: number): void {
  list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
  at = shown.length ? (next + shown.length) % shown.length : 0;
  const option = document.getElementById(`option-${at}`);
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}

function press(event: KeyboardEvent): void {
  if (event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
  if (step) move(Math.abs(step) === 1 ? at + step : Math.max(0, Math.min(shown.length - 1, at + step)));
  else if (event.key === "Enter") void enter(event.ctrlKey || event.metaKey ? "add" : event.shiftKey ? "open" : "pick");
  else return;
  event.preventDefault();
}

function move(next: number): void {
  moved = true;
  choosing(next);
}

/** Not before everything is there: what is best so far may not be what was meant. */
async function enter(how: Chosen["how"]): Promise<void> {
  const asked = opened;
  await loading;
  if (dialog.open && opened === asked) choose(at, how);
}

function choose(place: number, how: Chosen["how"]): void {
  const [one, asked, name] = [shown[place], wanted, input.value.trim()];
  if (how === "add" ? !asked : !one) return;
  dialog.close();
  if (!asked) one?.go();
  else if (how === "add") asked.then({ how, name });
  else if (one) asked.then({ how, id: one.id, name: one.label });
}
