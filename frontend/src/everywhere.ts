// On every page: Ctrl+K opens the palette, whoever wants a case is given the picker (palette.ts, loaded when it is first wanted), Esc
// closes the folders, c begins a letter, and no page says "today" of yesterday.

import type { Wanted } from "./palette";

const palette = (): Promise<typeof import("./palette")> => import(document.body.dataset["palette"] ?? "");

function hear(event: KeyboardEvent): void {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.defaultPrevented) return;
  event.preventDefault();
  if (parent === window) void palette().then(({ openPalette }) => openPalette());
  else parent.dispatchEvent(new KeyboardEvent("keydown", event)); // a letter in the dock: the palette is the window's
}
addEventListener("keydown", hear);
/** The folders are opened by an address, without any script; Esc closes them as it does a menu, and leads back to what opened them. */
function close(event: KeyboardEvent): void {
  if (event.key !== "Escape" || !document.querySelector("#side:target") || document.querySelector("dialog[open], :popover-open, :focus[aria-expanded=true]")) return;
  event.preventDefault();
  addEventListener("hashchange", () => document.querySelector<HTMLElement>("a.drawer-only")?.focus(), { once: true }); // Firefox goes there last
  document.querySelector<HTMLElement>("#side .narrow-only")?.click();
}
addEventListener("keydown", close, true);
const ELSEWHERE = "input, textarea, select, [contenteditable], dialog";
let before = "";
/** Where there is no mail, whose keys know it, the button alone begins a letter. "g c" is meant for the cases. */
function write(event: KeyboardEvent): void {
  const prefix = before;
  before = event.key;
  if (prefix === "g" || event.key !== "c" || event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (document.body.dataset["keys"] === "off" || document.getElementById("mail") || (event.target as Element).closest(ELSEWHERE)) return;
  if (!document.querySelector("dialog[open], :popover-open")) document.querySelector<HTMLElement>("#side [data-key=compose]")?.click();
}
addEventListener("keydown", write);

const DAY = 86_400_000; // ms
const told = Date.parse(document.body.dataset["dayEnds"] ?? ""); // of the office, wherever the browser is
let ends = told > Date.now() ? told : Date.now() + DAY;
let touched = false; // something may have been written, and not kept
addEventListener("input", () => (touched = true), true);
/** Left open over midnight: whoever comes back to it finds no "today" of yesterday. The mail keeps its place and message when it is made anew. */
function renew(): void {
  if (document.hidden || Date.now() < ends) return;
  ends = Date.now() + DAY;
  const inUse = touched || document.querySelector(".marking, #dock iframe, dialog[open], :popover-open");
  document.getElementById("mail") && !inUse ? location.reload() : dispatchEvent(new Event("teczka:day"));
}
document.addEventListener("visibilitychange", renew);
addEventListener("focus", renew);
document.addEventListener("teczka:pick-case", (event) => void palette().then(({ pickCase }) => pickCase((event as CustomEvent<Wanted>).detail)));
const frame = document.querySelector<HTMLIFrameElement>("iframe#frame");
const listen = (): void => frame?.contentDocument?.addEventListener("keydown", hear);
frame?.addEventListener("load", listen);
listen();
