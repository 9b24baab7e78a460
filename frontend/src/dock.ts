// Letters beside the mail: each is written in a page of its own, in a frame at the window's foot. On small screens, and without this, the
// page stands alone.

import { fill, fromTemplate, signIn } from "./shared.js";
import type { Telling } from "./waiting";

const WIDE = 900; // px from which a letter has room beside the mail
const MOST = 3;
const STAYS = 10_000; // ms that something is told
const STATES: Record<string, string> = { fold: "folded", full: "full", toast: "toast" };

const form = document.getElementById("begin") as HTMLFormElement | null;
const dock = document.createElement("div");
let count = 0;
let last: HTMLIFrameElement | undefined; // the letter that left, until something else is done

const frameOf = (source: MessageEventSource | null): HTMLIFrameElement | undefined =>
  [...dock.querySelectorAll("iframe")].find((frame) => frame.contentWindow === source);

const toList = (): void => document.getElementById("rows")?.focus({ preventScroll: true });

function begin(event: Event): void {
  if (!navigator.onLine) return event.preventDefault(), tell("");
  form?.removeAttribute("target");
  if (innerWidth < WIDE || !form) return;
  const frame = document.createElement("iframe");
  frame.name = form.target = `letter-${(count += 1)}`;
  frame.title = form.dataset["frameTitle"] ?? "";
  frame.addEventListener("load", () => {
    if (!frame.contentDocument?.body.matches(".composing")) return void fail(frame, frame.contentDocument);
    if (document.activeElement === frame) frame.contentWindow?.focus(); // unless they have gone on
  });
  dock.prepend(frame);
  frame.focus();
  const open = [...dock.querySelectorAll("iframe:not(.folded, .toast)")];
  for (const old of open.slice(Math.max(1, Math.min(MOST, Math.floor(innerWidth / 600))))) old.className = "folded";
}

/** Something else stands in it than a letter, with nothing to close it by: no server answered, the session has ended, or it would not. */
async function fail(frame: HTMLIFrameElement, answer: Document | null): Promise<void> {
  if (answer?.location.href === "about:blank") return; // nothing yet
  if (document.activeElement === frame) toList();
  frame.remove();
  const there = await fetch(location.href, { redirect: "manual" }).catch(() => null);
  if (there?.type === "opaqueredirect") signIn();
  else tell(there ? (answer?.querySelector("main p")?.textContent ?? "") : "");
}

/** `said` by the server; nothing: it was not reached. */
function tell(said: string): void {
  const toast = fromTemplate("t-refused");
  if (toast) fill(toast, "said", said || (form?.dataset["offline"] ?? ""));
  document.getElementById("toast")?.replaceChildren(toast ?? "");
  setTimeout(() => toast?.remove(), STAYS);
}

/** A link to an address, wherever it stands: a letter there. */
function link(event: Event): void {
  const address = (event.target as Element | null)?.closest?.("a[href^='mailto:' i]")?.getAttribute("href");
  if (!address || !form) return;
  event.preventDefault();
  const field = form.elements.namedItem("mailto") as HTMLInputElement;
  field.value = address;
  form.requestSubmit();
  field.value = "";
}

function hear({ origin, source, data }: MessageEvent<{ compose?: string }>): void {
  const frame = origin === location.origin ? frameOf(source) : undefined;
  const state = STATES[data.compose ?? ""];
  if (!frame || !data.compose) return;
  if (data.compose === "closed") {
    const left = document.activeElement !== frame; // for another letter, perhaps, in which they are writing
    frame.remove();
    if (!left) toList();
  } else if (data.compose === "open") frame.className = "";
  else if (state) frame.className = frame.className === state && state !== "toast" ? "" : state;
  if (state !== "toast") return;
  last = frame;
  if (document.activeElement === frame) toList(); // there no key would be the mail's
}

if (form) {
  dock.id = "dock";
  document.body.append(dock);
  form.addEventListener("submit", begin);
  addEventListener("message", hear);
  document.addEventListener("click", link);
  const listen = (frame: unknown): void => (frame as HTMLIFrameElement | null)?.contentDocument?.addEventListener("click", link);
  document.addEventListener("load", ({ target }) => (target as Element).matches?.("#frame, .turn iframe") && listen(target), true);
  listen(document.getElementById("frame"));
  addEventListener("keydown", (event) => {
    const undo = last?.matches("#dock .toast") && last.contentDocument?.getElementById("undo");
    if (event.key !== "z" || !undo || event.ctrlKey || event.altKey || (event.target as Element).closest("input, textarea")) return;
    event.stopPropagation(); // the letter that is going is what was done last
    last?.contentWindow?.postMessage({ compose: "undo" }, location.origin);
  }, true);
  document.addEventListener("teczka:telling", ({ detail }: CustomEventInit<Telling>) => {
    if (!detail?.fields["quietly"]) last = undefined; // that is what z takes back
  });
}
