// The pages of external accounts. All of them work without this; it opens menus by every way there is, keeps the list fresh, and
// saves a person a try with a password that cannot be right.

import { listen } from "./events";
import { getFragment } from "./http";
import { menus } from "./menu";

const APART = 1_000; // ms between two refreshes of the list

let pressed = false; // a finger or a button is down: what it presses must not go away beneath it
addEventListener("pointerdown", () => (pressed = true));
for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, () => (pressed = false));

const lines = document.getElementById("lines");
if (lines) {
  const { eventsUrl = "", eventsWorker = "", viewer = "" } = lines.dataset;
  let timer = 0;
  listen(eventsUrl, eventsWorker, viewer, (news) => {
    if (news.kind === "signout") location.reload();
    else timer ||= window.setTimeout(() => void refresh().finally(() => (timer = 0)), APART);
  });
}
menus(document);

/** Left as it is while a menu is open or being asked for by a long press; the next event comes. */
async function refresh(): Promise<void> {
  const before = document.getElementById("lines");
  const { body } = await getFragment(before?.dataset["url"] ?? "");
  const now = body.querySelector("#lines");
  if (!before || !now || pressed || before.querySelector(":popover-open")) return;
  const focused = [...before.querySelectorAll("a, button")].indexOf(document.activeElement as Element);
  before.replaceWith(now);
  menus(now);
  if (focused >= 0) now.querySelectorAll<HTMLElement>("a, button")[focused]?.focus();
}

for (const eye of document.querySelectorAll<HTMLElement>("[data-reveal]")) {
  const field = document.getElementById(eye.dataset["reveal"] ?? "") as HTMLInputElement | null;
  eye.hidden = false;
  eye.addEventListener("click", () => {
    const shown = field?.type === "password";
    if (field) field.type = shown ? "text" : "password";
    eye.setAttribute("aria-pressed", String(shown));
  });
}

for (const hint of document.querySelectorAll<HTMLElement>("[data-hint]")) {
  const field = document.getElementById(hint.dataset["hint"] ?? "") as HTMLInputElement | null;
  field?.addEventListener("change", () => (hint.hidden = !field.value || /^[a-z]{16}$/i.test(field.value.replace(/\s/g, ""))));
}

// A port that is the usual one of an encryption follows it.
for (const choice of document.querySelectorAll<HTMLSelectElement>("select[data-ports]")) {
  const ports = JSON.parse(choice.dataset["ports"] ?? "{}") as Record<string, number>;
  const port = document.getElementById(choice.id.replace("security", "port")) as HTMLInputElement | null;
  choice.addEventListener("change", () => {
    if (port && (!port.value || Object.values(ports).includes(Number(port.value)))) port.value = String(ports[choice.value] ?? "");
  });
}

for (const button of document.querySelectorAll<HTMLElement>("[data-copy]")) {
  const text = document.getElementById(button.dataset["copy"] ?? "") as HTMLTextAreaElement | null;
  button.hidden = false;
  button.addEventListener("click", () => {
    text?.select();
    document.execCommand("copy"); // the clipboard's own interface is only there over HTTPS
  });
}

// A second click while the first is being answered would begin the same thing again.
for (const form of document.forms) {
  let sent = false;
  form.addEventListener("submit", (event) => (sent ? event.preventDefault() : (sent = true)));
  addEventListener("pageshow", () => (sent = false));
}
