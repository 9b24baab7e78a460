// Pieces of a page that are made anew while somebody works in it.

import { press, released } from "./shared.js";

const APART = 1_000; // ms between two refreshes
const PLACES = "a, button, summary, details, input, select, textarea";
const WORDS = ["id", "href", "formaction", "popovertarget", "name", "value"];

const waiting = new WeakSet<Element>();
for (const kind of ["keydown", "keyup"]) addEventListener(kind, () => press(kind === "keydown"));

/** What tells of news: `refresh` follows in a second, one at a time; what comes while one is answered is followed by one more. */
export function paced(refresh: () => Promise<void>): () => void {
  let [running, again] = [false, false];
  const run = async (): Promise<void> => {
    for (running = true; again; ) {
      await new Promise((resolve) => setTimeout(resolve, APART));
      again = false;
      await refresh().catch(() => {}); // the next is fresh again
    }
    running = false;
  };
  return () => {
    again = true;
    if (!running) void run();
  };
}

/**
 * `now` in the place of `before`, where nobody presses or writes anything or has a menu open there. Otherwise it answers false, and
 * calls `again` once they have ended: `now` is old by then. The focus stays on the same thing, whatever came in above it.
 */
export async function put(before: Element, now: Element, again: () => void): Promise<boolean> {
  if (waiting.has(before)) return false;
  waiting.add(before);
  const waited = await released(() => Boolean(before.querySelector(":popover-open, input:focus, textarea:focus, select:focus")));
  if (waited) return waiting.delete(before), again(), false;
  const [was, is] = [places(before), places(now)];
  const [focused] = [...was].find(([, place]) => place === document.activeElement) ?? [""];
  for (const [name, place] of was) if ((place as HTMLDetailsElement).open) is.get(name)?.setAttribute("open", "");
  before.replaceWith(now);
  is.get(focused)?.focus();
  return true;
}

/** By what each of them does, and where: of equals there, the first, the second… */
function places(within: Element): Map<string, HTMLElement> {
  const found = new Map<string, HTMLElement>();
  for (const place of within.querySelectorAll<HTMLElement>(PLACES)) {
    const words = [place.tagName, ...WORDS.map((word) => place.getAttribute(word)), place.closest("form")?.getAttribute("action"), place.closest("[id]")?.id];
    while (found.has(words.join("\n"))) words.push("again");
    found.set(words.join("\n"), place);
  }
  return found;
}
