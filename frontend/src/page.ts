// Pages of forms and lists. All of them work without this; it keeps what they show fresh, and sends a form once.

import { paced, put } from "./fresh";
import { getFragment, Gone, listen, writing } from "./shared.js";

const main = document.querySelector<HTMLElement>("main[data-topics]");
if (main) {
  const { topics: ours = "", eventsUrl = "", eventsWorker = "", viewer = "" } = main.dataset;
  const changed = paced(() => refresh(changed));
  const aside = paced(() => refreshDesk(aside));
  addEventListener("teczka:day", changed);
  listen(eventsUrl, eventsWorker, viewer, (news) => {
    if (news.kind === "signout") return location.reload();
    aside();
    const { everything, topics = [], folders = [] } = news.kind === "up" ? { everything: news.up } : news.change;
    if (everything || [...topics, ...folders].some((topic) => ours.split(" ").includes(topic))) changed(); // "shared" is told as a folder
  });
}

/** The pieces marked data-live, each by its id; none waits for another. A page that this person sees no longer, or that has become another
 * one for them, is left at once, for its address without the hash, which would lead to a place on it. Where somebody writes there, all goes
 * but what they write: saving it gives it back to them (404.html). */
async function refresh(again: () => void): Promise<void> {
  const { body } = await getFragment(location.href).catch((error) => (error instanceof Gone ? new Document() : Promise.reject(error)));
  for (const before of document.querySelectorAll<HTMLElement>("[data-live]")) {
    const now = body?.querySelector<HTMLElement>(`#${CSS.escape(before.id)}`);
    if (now?.isEqualNode(before)) continue;
    if (now) void put(before, now, again);
    else if (!writing(document.body)) location.replace(location.pathname + location.search);
    else if (!writing(before)) before.remove();
  }
}

/** The numbers at the side are of other pages: whatever changed, they may be otherwise. */
async function refreshDesk(again: () => void): Promise<void> {
  const now = (await getFragment("/folders/tree/?only=desk")).body.querySelector<HTMLElement>("#desk");
  const before = document.getElementById("desk");
  if (!before || !now) return;
  const here = before.querySelector("[aria-current]")?.getAttribute("href") ?? "";
  now.querySelector(`[href="${CSS.escape(here)}"]`)?.setAttribute("aria-current", "page");
  if (!now.isEqualNode(before)) void put(before, now, again);
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

for (const button of document.querySelectorAll<HTMLElement>("[data-print]")) [button.hidden, button.onclick] = [false, () => print()];

// A second click while the first is being answered would do the same thing again; a fresh piece of the page may have another form for it.
let sent = "";
document.addEventListener("submit", (event) => {
  if ((event.target as Element).matches("[data-stays]")) return; // a download leaves the page where it is
  const [form, button] = [event.target as HTMLFormElement, event.submitter as HTMLButtonElement | null];
  const hidden = [...form.querySelectorAll<HTMLInputElement>("[type=hidden]:not([name=csrfmiddlewaretoken])")].map(({ value }) => value);
  const told = [form.action, button?.formAction, button?.name, button?.value, ...hidden].join("\n");
  sent === told ? event.preventDefault() : (sent = told);
});
addEventListener("pageshow", () => (sent = ""));
