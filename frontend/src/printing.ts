// On paper: a message's own page for that (ADR 0054), out of a frame that nobody sees; or whatever page this is, by the browser's menu.

import { fromTemplate, say } from "./shared.js";

const MANY = 201; // messages that the server puts on one page
const STAYS = 10_000; // ms that a refusal is seen
const LATE = 15_000; // ms until it is said that the page is not there yet; a long conversation may still come
const END = "whole"; // the last element of a page that came to its end
let late = 0;

/** The server's page is printed only if it is all there. If it is not, it says itself why. */
function print(url: string): void {
  clearTimeout(late);
  late = window.setTimeout(() => tell("t-no-paper", url), LATE);
  document.getElementById("paper")?.remove();
  const paper = document.createElement("iframe");
  paper.id = "paper";
  paper.className = "vh"; // a browser prints none that is not laid out
  paper.tabIndex = -1;
  paper.ariaHidden = "true";
  paper.src = url;
  paper.addEventListener("load", () => {
    clearTimeout(late);
    root.style.cursor = "";
    if (paper.contentDocument?.getElementById(END)) paper.contentWindow?.print();
    else if (navigator.userActivation.isActive) window.open(url, "_blank", "noopener");
    else tell("t-no-paper", url); // so long after the press a browser opens no tab
  });
  root.style.cursor = "progress";
  document.body.append(paper);
}

/** Of the message that is seen: where there is little room its link is not. */
const opened = (): HTMLAnchorElement | undefined =>
  [...document.querySelectorAll<HTMLAnchorElement>("a[data-paper]")].find((one) => one.parentElement?.checkVisibility());

function hear(event: KeyboardEvent): void {
  if (event.key.toLowerCase() !== "p" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.defaultPrevented) return;
  const link = opened();
  if (link) event.preventDefault(), event.repeat || print(link.href);
}

function tell(what: string, url = ""): void {
  const told = fromTemplate(what);
  told?.querySelector("a")?.setAttribute("href", url);
  root.style.cursor = "";
  document.getElementById("toast")?.replaceChildren(told ?? "");
  setTimeout(() => told?.remove(), STAYS);
}

addEventListener("keydown", hear);
document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-paper]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.button) event.preventDefault(), print(link.href);
});
document.addEventListener("teczka:action", (event) => {
  const what = (event as CustomEvent<string>).detail;
  if (what !== "print" && what !== "print-conversation") return;
  const about: { ids: readonly string[]; whole: object } = { ids: [], whole: {} };
  say("teczka:concerned", about);
  const [first, ...others] = about.ids;
  if (!first) return;
  event.preventDefault();
  if (about.ids.length > MANY || "everything" in about.whole) return tell("t-unprinted");
  const also = new URLSearchParams(others.map((id) => ["message", id])).toString();
  print(`/messages/${first}/print/${what === "print" ? "" : "conversation/"}?${also}`);
});

// The browser's own menu prints what is seen. On paper a mail's frame is as wide as a sheet, whatever the window's width, and as tall as the
// mail is then: a browser prints no more of a frame than is seen of it. What follows it goes down by `--mail`: on paper it lies above the
// flow, else it would begin on a sheet of its own.

const SHEET = 680; // px: A4 and Letter within the margins that browsers leave; they shrink what is wider

const root = document.documentElement;
const frames = (): HTMLIFrameElement[] => [...document.querySelectorAll<HTMLIFrameElement>(":is(#frame, .body-frame):not([hidden])")];
const before = new WeakMap<HTMLIFrameElement, string>();

addEventListener("beforeprint", () => {
  for (const frame of frames()) {
    // Not by the document's own properties: a mail can name its elements as they are named.
    const mail: Element | null = frame.contentDocument && Document.prototype.querySelector.call(frame.contentDocument, "html");
    if (!mail) continue;
    before.set(frame, frame.style.height);
    frame.style.width = `${SHEET}px`;
    frame.style.width = `${Math.max(SHEET, mail.scrollWidth)}px`;
    frame.style.height = "0"; // else it is never less than what it was
    frame.style.height = `${mail.scrollHeight}px`;
    root.style.setProperty("--mail", frame.style.height);
  }
});

addEventListener("afterprint", () => {
  root.style.removeProperty("--mail");
  for (const frame of frames()) [frame.style.width, frame.style.height] = ["", before.get(frame) ?? ""];
});

for (const frame of document.querySelectorAll<HTMLIFrameElement>("#frame, .body-frame")) {
  const listen = (): void => frame.contentDocument?.addEventListener("keydown", hear);
  frame.addEventListener("load", listen);
  listen();
}
