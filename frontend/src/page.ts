// Pages of forms and lists. All of them work without this; it keeps what they show fresh, and sends a form once.

import { listen } from "./events";
import { getFragment } from "./http";

const APART = 1_000; // ms between two refreshes

const main = document.querySelector<HTMLElement>("main[data-topics]");
if (main) {
  const { topics = "", eventsUrl = "", eventsWorker = "", viewer = "" } = main.dataset;
  const ours = new Set(topics.split(" "));
  let timer = 0;
  listen(eventsUrl, eventsWorker, viewer, (news) => {
    if (news.kind === "signout") return location.reload();
    if (news.kind === "up" ? !news.up : !news.change.everything && !news.change.topics?.some((topic) => ours.has(topic))) return;
    timer ||= window.setTimeout(() => void refresh().catch(() => {}).finally(() => (timer = 0)), APART);
  });
}

/** The pieces marked data-live, each by its id. One in which somebody is writing, or has a menu open, stays; the next event comes. */
async function refresh(): Promise<void> {
  const { body } = await getFragment(location.href);
  for (const before of document.querySelectorAll<HTMLElement>("[data-live]")) {
    const now = body.querySelector<HTMLElement>(`#${CSS.escape(before.id)}`);
    if (!now || before.isEqualNode(now) || before.querySelector(":popover-open, input:focus, textarea:focus, select:focus")) continue;
    const focused = [...before.querySelectorAll("a, button")].indexOf(document.activeElement as Element);
    before.replaceWith(now);
    if (focused >= 0) now.querySelectorAll<HTMLElement>("a, button")[focused]?.focus();
  }
}

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
  const field = document.getElementById(button.dataset["copy"] ?? "") as HTMLInputElement;
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    await navigator.clipboard?.writeText(field.value); // without https there is none: then it is chosen, to be copied by hand
    if (navigator.clipboard) for (const words of button.querySelectorAll("span")) words.hidden = !words.hidden;
  });
}

// A second click while the first is being answered would do the same thing again.
let sent: SubmitEvent | null = null;
document.addEventListener("submit", (event) => {
  if (sent && sent.target === event.target && sent.submitter === event.submitter) event.preventDefault();
  else sent = event;
});
addEventListener("pageshow", () => (sent = null));
