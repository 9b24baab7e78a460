// On every page: Ctrl+K opens the palette, whoever wants a case is given the picker (palette.ts, loaded when it is first wanted), and Esc
// closes the folders.

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
  document.querySelector<HTMLElement>("#side .narrow-only")?.click();
  document.querySelector<HTMLElement>("a.drawer-only")?.focus();
}
addEventListener("keydown", close, true);
document.addEventListener("teczka:pick-case", (event) => void palette().then(({ pickCase }) => pickCase((event as CustomEvent<Wanted>).detail)));
const frame = document.querySelector<HTMLIFrameElement>("iframe#frame");
const listen = (): void => frame?.contentDocument?.addEventListener("keydown", hear);
frame?.addEventListener("load", listen);
listen();
