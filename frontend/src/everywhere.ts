// On every page: Ctrl+K opens the palette, and whoever wants a case is given the picker (palette.ts, loaded when it is first wanted).

import type { Wanted } from "./palette";

const palette = (): Promise<typeof import("./palette")> => import(document.body.dataset["palette"] ?? "");

function hear(event: KeyboardEvent): void {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.defaultPrevented) return;
  event.preventDefault();
  if (parent === window) void palette().then(({ openPalette }) => openPalette());
  else parent.dispatchEvent(new KeyboardEvent("keydown", event)); // a letter in the dock: the palette is the window's
}
addEventListener("keydown", hear);
document.addEventListener("teczka:pick-case", (event) => void palette().then(({ pickCase }) => pickCase((event as CustomEvent<Wanted>).detail)));
const frame = document.querySelector<HTMLIFrameElement>("iframe#frame");
const listen = (): void => frame?.contentDocument?.addEventListener("keydown", hear);
frame?.addEventListener("load", listen);
listen();
