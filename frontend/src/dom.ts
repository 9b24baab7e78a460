// Small tools over the page. Every word a person reads comes from the server, in a <template>; nothing here knows a language.

export function need<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as T;
}

/** A copy of the one element of <template id>; null where the page offers none. */
export function fromTemplate(id: string): HTMLElement | null {
  const template = document.getElementById(id) as HTMLTemplateElement | null;
  const first = template?.content.firstElementChild;
  return first ? (document.importNode(first, true) as HTMLElement) : null;
}

/** A dialog whose buttons have values: what the pressed one says; nothing where it says nothing. */
export function ask(dialog: HTMLDialogElement, then: (said: string) => void): boolean {
  dialog.onclose = () => dialog.returnValue && then(dialog.returnValue);
  dialog.returnValue = "";
  dialog.showModal();
  return true;
}

/**
 * A fragment of our own server. DOMParser makes an inert document: no script in it runs and nothing in it loads; what is taken
 * from it afterwards is held by the page's own policy (script-src and style-src 'self'). Mail never comes this way as markup:
 * in our fragments it is the escaped text of a <pre>.
 */
export function parse(html: string): HTMLElement {
  const { head, body } = new DOMParser().parseFromString(html, "text/html");
  body.prepend(...head.querySelectorAll("link")); // a fragment's own, which the parser puts elsewhere
  return body;
}

type Said = "list" | "act" | "action" | "concerned" | "renew" | "leaving" | "telling" | "untold" | "told";

/** To the page's other scripts: true where one of them took it up. */
export function say(kind: `teczka:${Said}`, detail: unknown): boolean {
  return !document.dispatchEvent(new CustomEvent(kind, { detail, cancelable: true }));
}

const LONGEST = 30_000; // ms that a press is believed of which no more is heard: it may have ended over another window
let pressed = 0; // until when

/** What a finger, a button or a key presses must not go away beneath it. */
export const press = (down: boolean): void => void (pressed = down ? performance.now() + LONGEST : 0);
let dragging = false; // no pointer is heard meanwhile: it ends where a drag begins, and what is dragged onto must not go away either
for (const kind of ["pointerdown", "pointermove", "pointerup"] as const)
  addEventListener(kind, ({ buttons }) => ((dragging = false), press(buttons % 2 > 0)));
// A drop may take away what was dragged, and nobody hears the end of its drag.
for (const kind of ["dragstart", "drop", "dragend"]) addEventListener(kind, () => press((dragging = kind === "dragstart")));
for (const kind of ["pointercancel", "blur"]) addEventListener(kind, () => press(dragging));

/** Once nothing is pressed, nor `busy`. Answers whether that took a while. */
export async function released(busy = (): boolean => false): Promise<boolean> {
  let waited = false;
  for (; performance.now() < pressed || busy(); waited = true) await new Promise((again) => setTimeout(again, 50));
  return waited;
}

/** Something is being written there, or stands there that was. */
export const writing = (within: Element): boolean =>
  [...within.querySelectorAll("textarea")].some((text) => text === document.activeElement || text.value !== text.defaultValue);

export function fill(element: Element, field: string, text: string): void {
  for (const place of element.querySelectorAll(`[data-field="${field}"]`)) place.textContent = text;
}

export function fieldOf(element: Element, field: string): string {
  return element.querySelector(`[data-field="${field}"]`)?.textContent?.trim() ?? "";
}
