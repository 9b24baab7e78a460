// The rest of a conversation, around the message that is read: each line opens where it stands, and all are as fresh as the stream of events
// tells. Without this every line is a link to its message's own page.

import { fill, getFragment, listen, released, say } from "./shared.js";

const REST = 250; // ms from news, or from a message's coming to be seen, until its lines are asked for again
const AT_ONCE = 20; // turns that one press opens
const ROOM = 60; // px
const GROWTHS = 50; // as in frame.ts

const main = document.getElementById("mail");
const place = document.querySelector<HTMLElement>("#pane, .one main");
const every = (selector: string): HTMLElement[] => [...(place?.querySelectorAll<HTMLElement>(selector) ?? [])];
const lines = (opened: boolean): HTMLElement[] => every(`.turn-line[aria-expanded="${String(opened)}"]`);
const isOpen = (line: Element): boolean => line.getAttribute("aria-expanded") === "true";
const turnOf = (within: Element | null): HTMLElement | null => within?.closest<HTMLElement>(".turn") ?? null;

// A turn

async function open(line: HTMLElement): Promise<void> {
  if (isOpen(line)) return;
  line.setAttribute("aria-expanded", "true");
  count();
  const turn = await getFragment(`${(line as HTMLAnchorElement).pathname}turn/`).then(({ body }) => body.firstElementChild, () => null);
  if (isOpen(line) && !line.nextElementSibling) turn ? line.after(turn) : (close(line), soon());
}

function close(line: HTMLElement): void {
  line.setAttribute("aria-expanded", "false");
  line.nextElementSibling?.remove();
  count();
}

/** Its letter is there. Nothing in it is asked for by a name that the letter could give to something else. */
function attach(frame: HTMLIFrameElement): void {
  const [inner, turn] = [frame.contentWindow, turnOf(frame)];
  const [root, body] = ["html", "body"].map((name) => Document.prototype.querySelector.call(frame.contentDocument, name));
  if (!inner || !turn || !root || !body) return;
  let growths = 0;
  const fit = (): void => {
    const bar = Math.max(0, frame.clientHeight - root.clientHeight); // a horizontal scroll bar
    if (growths++ < GROWTHS) frame.style.height = `${Math.max(body.scrollHeight, Math.ceil(body.getBoundingClientRect().height)) + bar}px`;
  };
  new ResizeObserver(fit).observe(body);
  inner.addEventListener("keydown", (event) => {
    if (!event.getModifierState("AltGraph") && !frame.dispatchEvent(new KeyboardEvent("keydown", event))) event.preventDefault();
  });
  const pause = Number(main?.dataset["readAfter"] ?? -1); // s, as for the message that is shown; below 0 nothing is read by itself
  if (pause >= 0 && turn.matches(".unread"))
    setTimeout(() => frame.isConnected && say("teczka:act", { verb: "read", ids: [turn.dataset["turn"]], fields: { quietly: "1" } }), 1000 * pause);
}

// All of them

function count(): void {
  for (const tools of every("#turns-tools")) fill(tools, "open", String(1 + lines(true).length));
  for (const button of every("[data-turns]")) button.hidden = (button.dataset["turns"] === "open") !== lines(false).length > 0;
}

function all(wanted: boolean): void {
  wanted ? lines(false).slice(0, AT_ONCE).forEach((line) => void open(line)) : lines(true).forEach(close);
}

/** To the pane's upper edge, below what is told of newer messages; nothing else scrolls. */
function bring(to: HTMLElement): void {
  to.focus({ preventScroll: true });
  const [scroller, top] = main && place ? [place, place.getBoundingClientRect().top] : [document.documentElement, 0];
  scroller.scrollTop += to.getBoundingClientRect().top - top - ROOM;
}

/** From the line that has the focus, or whose turn has it; else from the message itself. */
function step(by = 0): boolean {
  const stops = every(".turn-line, #frame");
  const to = stops[stops.indexOf((turnOf(document.activeElement)?.firstElementChild ?? every("#frame")[0]) as HTMLElement) + by];
  if (by && to) bring(to);
  return by !== 0 && stops.length > 1 && Boolean(place?.checkVisibility());
}

const STEPS: Record<string, number> = { "turn-next": 1, "turn-previous": -1 };

// How they are now

let [heard, timer] = [0, 0]; // how often there was news; until what follows it
let shown: HTMLElement[] = []; // the lines around the message
const whole = new Set<string>(); // messages of which all lines were asked for

const soon = (): number => (timer ||= window.setTimeout(() => ((timer = 0), void refresh().catch(() => {})), REST));

async function refresh(): Promise<void> {
  const [of, knows] = [shown[0]?.dataset["of"] ?? "", heard];
  if (!of || !place) return;
  const { body } = await getFragment(`/messages/${of}/conversation/${whole.has(of) ? "?turns=all" : ""}`);
  await released();
  if (shown[0]?.dataset["of"] !== of) return;
  shown[0].dataset["heard"] = String(knows);
  const { left, top, width, height } = place.getBoundingClientRect();
  const seen = document.elementFromPoint(left + width / 2, top + height / 2); // it stays where it is, though something comes in above it
  const before = seen?.getBoundingClientRect().top ?? 0;
  for (const piece of every("#turns-newer, #turns-tools")) piece.replaceChildren(...(body.querySelector(`#${piece.id}`)?.childNodes ?? []));
  for (const list of shown) lay(list, [...(body.querySelector(`#${list.id}`)?.children ?? [])] as HTMLElement[]);
  count();
  if (seen?.isConnected) place.scrollTop += seen.getBoundingClientRect().top - before;
}

/** What is open stays so: no frame is moved, which would load it again. */
function lay(list: HTMLElement, now: readonly HTMLElement[]): void {
  const had = new Map([...list.children].map((turn) => [(turn as HTMLElement).dataset["turn"], turn]));
  for (const [id, turn] of had) if (!now.some(({ dataset }) => dataset["turn"] === id)) turn.remove();
  now.forEach((turn, at) => {
    const before = had.get(turn.dataset["turn"]);
    const [line, is] = [before?.firstElementChild, turn.firstElementChild];
    if (!before) return void list.insertBefore(turn, list.children[at] ?? null);
    before.className = turn.className;
    if (is && line?.textContent !== is.textContent) line?.replaceChildren(...is.childNodes);
  });
}

/** Another message is shown; or the same, made anew: then what was open around it is open again. */
function settle(): void {
  const lists = every(".turns");
  if (!lists.length || lists.every((list, at) => list === shown[at])) return;
  for (const list of lists) {
    const before = shown.find(({ id, dataset }) => id === list.id && dataset["of"] === list.dataset["of"]);
    if (before?.querySelector(".turn-open") && before !== list) list.replaceWith(before), lay(before, [...list.children] as HTMLElement[]);
  }
  shown = every(".turns");
  count();
  if (Number(shown[0]?.dataset["heard"] ?? 0) !== heard) soon();
}

if (place) {
  settle();
  for (const id of ["pane-head", "pane-foot"]) if (main) new MutationObserver(settle).observe(document.getElementById(id)!, { childList: true });
  place.addEventListener("load", ({ target }) => (target as Element).matches(".turn iframe") && attach(target as HTMLIFrameElement), true);
  place.addEventListener("click", (event) => {
    const pressed = (event.target as Element).closest<HTMLElement>(".turn-line, [data-turn-to], [data-turns-all], [data-turns]");
    if (!pressed || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const { turnTo, turns } = pressed.dataset;
    if (pressed.matches(".turn-line")) isOpen(pressed) ? close(pressed) : void open(pressed);
    else if (turnTo) every(`[data-turn="${turnTo}"] > .turn-line`).forEach((line) => void open(line).then(() => bring(line)));
    else if (turns) all(turns === "open");
    else whole.add(shown[0]?.dataset["of"] ?? ""), soon();
  });
  place.addEventListener("keydown", (event) => {
    const turn = event.ctrlKey || event.metaKey || event.altKey || document.body.dataset["keys"] === "off" ? null : turnOf(event.target as Element);
    if (!turn || !/^[oraf]$/.test(event.key)) return;
    event.preventDefault(); // the letter that somebody is in is the one that they answer, and none that they do not see
    const button = turn.querySelector<HTMLElement>(`[data-answer~="${event.key}"]`);
    button ? button.click() : void open(turn.firstElementChild as HTMLElement);
  });
  document.addEventListener("teczka:action", (event) => step(STEPS[(event as CustomEvent<string>).detail]) && event.preventDefault());
}

if (main) {
  const { eventsUrl = "", eventsWorker = "", viewer = "" } = main.dataset;
  listen(eventsUrl, eventsWorker, viewer, (news) => {
    const { everything, folders, topics } = news.kind === "change" ? news.change : {};
    if (everything || folders?.length || topics?.join().includes("message:") || (news.kind === "up" && news.up)) heard++, soon();
  });
}
