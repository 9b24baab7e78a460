// Copies of letters in this browser (compose-save.ts): what a closed page left goes to the server, and whoever signs out leaves nothing.
// Where the session ends elsewhere, by itself or by another password, the page goes to the door.

import { listen } from "./shared.js";
import { tellLeft, tellWaiting } from "./waiting";

type Copy = { entries: [string, string][]; left?: boolean };

const { viewer = "", letters = "", eventsUrl = "", eventsWorker = "" } = document.body.dataset;
const mine = `draft ${viewer} `;
const address = (key: string): string => `${letters}${key.slice(mine.length)}/`;
const copies = (): string[] => Object.keys(localStorage).filter((key) => key.startsWith("draft "));
const read = (key: string): Copy => JSON.parse(localStorage.getItem(key) ?? '{"entries":[]}') as Copy;

/** True: the server has it, or has no such letter any more. `beside`: where the letter was changed meanwhile, as a second draft. */
async function hand(key: string, beside: boolean): Promise<boolean> {
  const before = localStorage.getItem(key);
  const body = new FormData();
  for (const [name, value] of read(key).entries) body.set(name, value);
  const token = document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
  const tell = (verb: string): Promise<Response> =>
    fetch(`${address(key)}${verb}/`, { method: "POST", body, redirect: "manual", headers: { "X-CSRFToken": token } });
  let answer = await tell("keep");
  if (answer.status === 409 && beside) answer = await tell("copy");
  if (localStorage.getItem(key) !== before) return answer.ok; // its letter goes on, in another window
  if (answer.ok || (answer.status === 404 && beside)) localStorage.removeItem(key);
  // In conflict it is asked about when it is opened; without a letter any more it stays until its person signs out.
  else if (answer.status === 409 || answer.status === 404) localStorage.setItem(key, JSON.stringify({ ...read(key), left: false }));
  return answer.ok || answer.status === 404;
}

let handing: Promise<unknown> = Promise.resolve(); // what closed pages left: once, not again by who signs out

async function leave(form: HTMLFormElement): Promise<void> {
  await handing;
  document.getElementById("dock")?.remove(); // letters that close leave what they have not sent
  for (let key; (key = copies()[0]); ) if (!(await hand(key, true).catch(() => false))) return location.assign(address(key)); // it says why
  await tellWaiting().catch(() => {}); // without a server nobody signs out, either
  new BroadcastChannel("out").postMessage(null);
  sessionStorage.clear();
  form.submit();
}

if (parent === window) {
  tellLeft();
  const open = document.querySelector<HTMLElement>("form[data-draft]")?.dataset["draft"] ?? " ";
  for (const key of copies()) if (!key.startsWith(mine)) localStorage.removeItem(key); // somebody's who did not sign out
  handing = Promise.allSettled(copies().filter((key) => read(key).left && !key.endsWith(open)).map((key) => hand(key, false)));
  // Pages with news of their own hear it with them; a letter says so itself, and keeps what was written. One stream serves all windows.
  if (eventsUrl && typeof SharedWorker !== "undefined" && !document.querySelector("body [data-events-url], form[data-draft]"))
    listen(eventsUrl, eventsWorker, viewer, ({ kind }) => kind === "signout" && location.replace(location.pathname + location.search));
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("[data-out]")) return;
    event.preventDefault();
    void leave(form);
  });
}
