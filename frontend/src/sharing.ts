// Who sees a message, and what is said about it inside the office: the popover over the pane, and comments below the message that are
// written without a new page. Both as fresh as the stream of events tells. All of it works as pages without this.

import { popUp } from "./popup";
import { fromTemplate, listen, parse, say, signIn, withoutMessage, writing } from "./shared.js";

// The popover

/** Where it cannot be opened here, its page is gone to. */
const open = (url: string): void => void show(url).catch(() => location.assign(url));

async function show(url: string): Promise<void> {
  const dialog = await popUp(`${url}?in=dialog`, "share", "share-title");
  if (!dialog) return;
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close()); // beside it
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    if (share(url, new FormData(event.target as HTMLFormElement, event.submitter))) return dialog.close();
    const nobody = dialog.querySelector<HTMLElement>("[data-nobody]");
    if (nobody) nobody.hidden = false;
  });
  dialog.querySelector<HTMLElement>("#share-title")?.focus();
}

/** By the mail core, with its toast and its z; false where nobody is named. */
function share(url: string, told: FormData): boolean {
  const id = url.split("/").at(-3) ?? "";
  const named = (field: string): string[] => told.getAll(field).map(String).filter(Boolean);
  const fields = Object.fromEntries(["scope", "take", "person", "case", "share"].map((field) => [field, named(field)]));
  if (!["person", "case", "share"].some((field) => fields[field]?.length)) return false;
  return say("teczka:act", { verb: "share", ids: [id], fields, url }) || true;
}

// Comments

const comments = (): HTMLElement | null => document.querySelector<HTMLElement>("#pane #comments");
const current = (): string => comments()?.dataset["message"] ?? "";
const field = (within: Element | null): HTMLTextAreaElement | null => within?.querySelector<HTMLTextAreaElement>("textarea") ?? null;
/** Something is being written there, or asked. */
const busy = (section: HTMLElement): boolean => section.querySelector(".comment-ask") !== null || writing(section);

async function write(form: HTMLFormElement, told: FormData): Promise<void> {
  const section = form.closest<HTMLElement>("#comments");
  const fresh = await fetch(`${form.action}?in=pane`, { method: "POST", body: told, redirect: "manual" })
    .then(async (answer) => {
      if (answer.type === "opaqueredirect") signIn();
      if (answer.status === 404) void renew([current()]); // shown no longer, perhaps
      return answer.ok ? parse(await answer.text()).querySelector<HTMLElement>("#comments") : null;
    })
    .catch(() => null);
  if (fresh && section?.isConnected) {
    section.replaceWith(fresh);
    fresh.querySelector<HTMLElement>("#ask-title, .comment-new > summary")?.focus();
    if (!busy(fresh)) around(current()); // what was told of it meanwhile waited for this
  } else {
    const offline = form.querySelector<HTMLElement>("[data-offline]");
    if (offline) offline.hidden = false;
  }
}

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const link = target.closest<HTMLAnchorElement>("a.who-sees");
  const details = target.closest<HTMLElement>(".comment-new > summary")?.parentElement as HTMLDetailsElement | undefined;
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.button) {
    event.preventDefault();
    open(link.href);
  }
  if (details) setTimeout(() => details.open && field(details)?.focus());
});

document.addEventListener("teczka:action", (event) => {
  const action = (event as CustomEvent<string>).detail;
  const details = document.querySelector<HTMLDetailsElement>("#pane .comment-new");
  const id = document.querySelector<HTMLElement>('#rows [aria-selected="true"]')?.dataset["message"];
  if (action === "comment" && details) {
    details.open = true;
    field(details)?.focus();
  } else if (action === "who-sees" && id) open(`/messages/${id}/share/`); // the key was quicker than the message
  else return;
  event.preventDefault();
});

let sending = false;
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!form.matches("[data-inside]")) return;
  event.preventDefault();
  if (sending) return;
  sending = true;
  void write(form, new FormData(form, event.submitter)).finally(() => (sending = false));
});

document.addEventListener("keydown", (event) => {
  const written = (event.target as Element).closest<HTMLTextAreaElement>("#comments textarea");
  if (!written || event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) written.form?.requestSubmit();
  if (event.key === "Escape") (written.closest("details")?.querySelector("summary") ?? document.body).focus();
});

// The names that "@" offers (mentions.ts) come with the first comment.
document.addEventListener("focusin", ({ target }) => void ((target as Element).matches("#comments textarea") && import(comments()?.dataset["mentions"] ?? "")));

// What is being written outlives the page that has to come anew; not a sign-out, which leaves nothing behind.

type Written = { message: string; text: string };

function keep(key: string): void {
  const fields = [...document.querySelectorAll<HTMLTextAreaElement>("#pane textarea, #pane .comment-ask [name=text]")];
  const written = fields.filter((field) => field.type === "hidden" || field.value !== field.defaultValue);
  const text = written.map(({ value }) => value).join("\n\n");
  if (text.trim()) sessionStorage.setItem(key, JSON.stringify({ message: current(), text } satisfies Written));
}

/** In its place; to be copied, where that is none of this person's any more. */
function giveBack(key: string): void {
  const { message, text } = JSON.parse(sessionStorage.getItem(key) ?? "{}") as Partial<Written>;
  const details = message === current() ? document.querySelector<HTMLDetailsElement>("#pane .comment-new") : null;
  const dialog = details ? null : (fromTemplate("t-written") as HTMLDialogElement | null);
  const place = field(details ?? dialog);
  if (!text || !place) return;
  place.value = text;
  if (details) details.open = true;
  if (dialog) document.body.append(dialog), dialog.showModal(), place.select();
  place.focus();
  const told = (): void => sessionStorage.removeItem(key);
  dialog ? dialog.addEventListener("close", told) : told();
}

// What others do meanwhile

const main = document.getElementById("mail");
if (main) {
  const { eventsUrl = "", eventsWorker = "", viewer = "" } = main.dataset;
  const written = `teczka written ${viewer}`;
  giveBack(written);
  document.addEventListener("teczka:leaving", () => keep(written));
  listen(eventsUrl, eventsWorker, viewer, (news) => {
    if (news.kind !== "change") return;
    const { everything, topics = [] } = news.change;
    const listed = everything ? [...document.querySelectorAll<HTMLElement>("#rows [data-message]")].map((row) => row.dataset["message"]) : [];
    const named = topics.filter((topic) => topic.startsWith("message:")).map((topic) => topic.slice("message:".length));
    const ids = [...named, ...listed, ...(everything ? [current()] : [])];
    if (ids.length) void renew(ids as string[]);
  });
}

/** What stands around the message's text is fetched anew; whoever was in the comments stays there. */
function around(id: string): void {
  const foot = document.getElementById("pane-foot");
  if (foot && comments()?.contains(document.activeElement)) {
    const focus = new MutationObserver(() => {
      focus.disconnect();
      comments()?.querySelector<HTMLElement>(".comment-new > summary")?.focus();
    });
    focus.observe(foot, { childList: true });
  }
  say("teczka:renew", [id]);
}

let [asked, shown] = [0, 0]; // no older answer stands after a newer one

async function renew(ids: readonly string[]): Promise<void> {
  const id = current();
  if (!comments() || !ids.includes(id)) return void say("teczka:renew", ids);
  const mine = ++asked;
  const answer = await fetch(`/messages/${id}/comments/?in=pane`, { redirect: "manual" }).catch(() => null);
  const text = answer?.ok ? await answer.text().catch(() => "") : "";
  if (id !== current()) return renew(ids); // another is read meanwhile
  if (answer?.status === 404) return withoutMessage(); // it is shown to this person no longer
  say("teczka:renew", ids.filter((other) => other !== id));
  const section = comments(); // it may be another one since, and older than this answer
  if (mine < shown || !text || !section) return;
  shown = mine;
  if (!busy(section)) return around(id);
  // What is being written stays.
  const now = parse(text).querySelector("#comments ol");
  const before = section.querySelector("ol");
  if (now && before && !before.contains(document.activeElement) && !writing(before)) before.replaceWith(now);
  else if (now && !before) section.querySelector("h2")?.after(now);
}
