// On every page that hears of changes: what a rule has to tell its owner is shown where they are.

import { getFragment, listen } from "./shared.js";

const STAYS = 20_000; // ms, or for as long as somebody points at it or is in it

const page = document.querySelector<HTMLElement>("main[data-events-url]");
const place = document.getElementById("notice");
let timer = 0;
let [asked, shown] = [0, 0]; // no older answer stands after a newer one
if (page && place && parent === window) {
  const { eventsUrl = "", eventsWorker = "", viewer = "" } = page.dataset;
  listen(eventsUrl, eventsWorker, viewer, (news) => {
    if (news.kind !== "change") return;
    const told = news.change.topics?.filter((topic) => topic.startsWith("notice:")) ?? [];
    for (const topic of told) void show(place, topic.slice("notice:".length)).catch(() => {}); // the rule's page says it, too
  });
  place.addEventListener("click", (event) => (event.target as Element).closest("button") && place.replaceChildren());
}

async function show(at: HTMLElement, rule: string): Promise<void> {
  const mine = ++asked;
  const { body } = await getFragment(`/rules/${rule}/notice/`);
  if (mine < shown) return;
  shown = mine;
  at.replaceChildren(...body.childNodes);
  clearInterval(timer);
  timer = window.setInterval(() => at.matches(":hover, :focus-within") || at.replaceChildren(), STAYS);
}
