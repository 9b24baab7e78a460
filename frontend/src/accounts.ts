// The pages of external accounts. All of them work without this; it opens menus by every way there is, keeps the list fresh, and
// saves a person a try with a password that cannot be right.

import { paced, put } from "./fresh";
import { Menu } from "./menu";
import { getFragment, listen } from "./shared.js";

const lines = document.getElementById("lines");
if (lines) {
  const { eventsUrl = "", eventsWorker = "", viewer = "" } = lines.dataset;
  const changed = paced(() => refresh(changed));
  addEventListener("teczka:day", changed);
  listen(eventsUrl, eventsWorker, viewer, (news) => (news.kind === "signout" ? location.reload() : changed()));
}
menus(document);

async function refresh(again: () => void): Promise<void> {
  const before = document.getElementById("lines");
  const { body } = await getFragment(before?.dataset["url"] ?? "");
  const now = body.querySelector("#lines");
  if (!before || !now) return;
  void put(before, now, again).then((done) => done && menus(now));
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

// What was switched on at the provider stays ticked off while one is there, and when the page is sent again with what was mistyped.
for (const tick of document.querySelectorAll<HTMLInputElement>("[data-tick]")) {
  const key = `teczka:${tick.dataset["tick"]}`;
  tick.checked = Boolean(sessionStorage.getItem(key));
  tick.addEventListener("change", () => (tick.checked ? sessionStorage.setItem(key, "1") : sessionStorage.removeItem(key)));
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
for (const form of document.querySelectorAll("form:not([data-stays])")) { // a download leaves the page where it is
  let sent = false;
  form.addEventListener("submit", (event) => (sent ? event.preventDefault() : (sent = true)));
  addEventListener("pageshow", () => (sent = false));
}

/** Each `[data-menu]` below `root` gets its menu. */
function menus(root: ParentNode): void {
  for (const place of root.querySelectorAll<HTMLElement>("[data-menu]")) {
    const element = document.getElementById(place.dataset["menu"] ?? "");
    const button = place.querySelector<HTMLElement>("[popovertarget]");
    if (element && button) new Menu(element, place, button);
  }
}
