// Tasks: the form over the message that one is made from, what it says of who will see it, and the list by keyboard. All of it works
// as pages without this.

import { popUp } from "./popup";
import { type Action, Keys, parse, showHelp } from "./shared.js";

const HESITATION = 250; // ms after the last letter before the server is asked what it means
const STAYS = 20_000; // ms that a toast with its "undo" is seen
const TOLD = ["due", "assignee", "case", "for_office"];
const AT = "teczka tasks at"; // which row the keyboard was at, over the page's coming anew

/** POST; the fragment that answers. Where the session has ended the page is asked for again, and so is its person. */
async function send(url: string, body: FormData | URLSearchParams): Promise<HTMLElement> {
  const token = document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
  const response = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token }, redirect: "manual" });
  if (response.type === "opaqueredirect") location.reload();
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return parse(await response.text());
}

// The dialog

async function open(link: HTMLAnchorElement): Promise<void> {
  const dialog = await popUp(`${link.href}&in=dialog`, "task", "task-dialog-title");
  if (!dialog) return;
  let busy = false;
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    void save(dialog, event.target as HTMLFormElement).finally(() => (busy = false));
  });
  dialog.querySelector<HTMLInputElement>("[name=title]")?.select();
}

async function save(dialog: HTMLDialogElement, form: HTMLFormElement): Promise<void> {
  let body: HTMLElement;
  try {
    body = await send(form.action, new FormData(form));
  } catch {
    const offline = dialog.querySelector<HTMLElement>("[data-field=offline]");
    if (offline) offline.hidden = false;
    return;
  }
  const saved = body.querySelector<HTMLElement>("[data-saved]");
  if (saved) {
    dialog.close();
    toast(saved);
  } else {
    dialog.replaceChildren(...[...body.childNodes].filter((node) => node.nodeName !== "LINK"));
    dialog.querySelector<HTMLElement>(".wrong input, .wrong select")?.focus();
  }
}

function toast(told: HTMLElement): void {
  document.getElementById("toast")?.replaceChildren(told);
  setTimeout(() => told.remove(), STAYS);
}

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const link = target.closest<HTMLAnchorElement>("a[data-task]");
  const undo = target.closest<HTMLElement>("[data-undo]");
  if (undo) {
    undo.hidden = true; // once
    const back = (): boolean => (undo.hidden = false);
    void send(`${undo.dataset["undo"]}?in=dialog`, new URLSearchParams()).then((body) => toast(body.firstElementChild as HTMLElement), back);
  }
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  void open(link).catch(() => location.assign(link.href));
});

// What the form says

let timer = 0;
let asked = 0; // of several answers the last one asked for is shown
document.addEventListener("input", ({ target }) => {
  const form = (target as Element).closest<HTMLFormElement>(".task-form");
  const place = form?.querySelector<HTMLElement>("#task-told");
  if (!form || !place || !TOLD.includes((target as HTMLInputElement).name)) return;
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    const fields = new FormData(form);
    const told = new URLSearchParams(TOLD.flatMap((name) => fields.getAll(name).map((value) => [name, String(value)])));
    const mine = ++asked;
    void send(place.dataset["url"] ?? "", told).then((body) => mine === asked && place.replaceChildren(...body.childNodes), () => {});
  }, HESITATION);
});

// The list

if (document.querySelector("#rows[data-tasks]")) {
  const titles = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("#rows .task-title")];
  const chosen = (): HTMLElement | null => document.activeElement?.closest<HTMLElement>(".task") ?? null;
  const at = (): number => titles().findIndex((title) => chosen()?.contains(title));
  const goTo = (index: number): boolean => {
    const all = titles();
    all[Math.max(0, Math.min(index, all.length - 1))]?.focus();
    return true;
  };
  const press = (selector: string): boolean => {
    const button = (selector.startsWith("[data-do") ? chosen() : document)?.querySelector<HTMLElement>(selector);
    if (button) sessionStorage.setItem(AT, String(at()));
    button?.click();
    return Boolean(button);
  };
  const actions: Record<Action, () => boolean> = {
    next: () => goTo(at() + 1),
    previous: () => goTo(at() - 1),
    first: () => goTo(0),
    last: () => goTo(Infinity),
    open: () => Boolean(document.activeElement?.matches(".task-title")) && press(".task-title:focus"),
    archive: () => press("[data-do=done]"),
    bin: () => press("[data-do=remove]"),
    undo: () => press(".said form button"),
    task: () => (document.getElementById("quick")?.focus(), true),
    inbox: () => press("#tree a[data-role=inbox]"),
    help: showHelp,
  };
  new Keys((action) => (actions[action] ?? (() => press(`[data-key~="${action}"]`)))());
  document.getElementById("quick")?.addEventListener("keydown", (event) => event.key === "Escape" && goTo(0));
  const before = Number(sessionStorage.getItem(AT) ?? -1);
  sessionStorage.removeItem(AT);
  if (before >= 0) goTo(before);
}
