// The case that a letter belongs to: any case by the picker, and who of its team would see the letter, said before it goes.

import type { Chosen } from "./palette";
import { need } from "./shared.js";

const select = need<HTMLSelectElement>("case");
const team = need("case-team");
let before = select.value;

function show(): void {
  before = select.value;
  const seenBy = select.selectedOptions[0]?.dataset["seenBy"];
  team.hidden = !select.value || seenBy === "";
  const words = team.querySelector("[data-seen-by]");
  if (words) words.textContent = seenBy ? ` (${seenBy})` : "";
}

select.addEventListener("change", (event) => {
  if (select.value !== "?") return show();
  event.stopPropagation(); // nothing to save yet
  select.value = before;
  const then = (chosen: Chosen): void => {
    if (chosen.how === "add") return;
    if (![...select.options].some(({ value }) => value === chosen.id)) select.options[1]?.before(new Option(chosen.name, chosen.id));
    select.value = chosen.id;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  };
  document.dispatchEvent(new CustomEvent("teczka:pick-case", { detail: { does: "letter", then } }));
});
show();
