// Into another folder: by dragging onto the tree, or from a list of its folders by key.

import type { Acts } from "./acts";
import { ask, need } from "./dom";
import type { Marks } from "./marks";

const FLAT = /[\u0300-\u036f]/g;
const flat = (text: string): string => text.normalize("NFD").replace(FLAT, "").replace(/ł/gi, "l").toLowerCase();

/** The tree's folders that this row's mail may go to: of its own account, without the one that it lies in. */
function folders(main: HTMLElement, row: HTMLElement | null): HTMLAnchorElement[] {
  const here = row?.dataset["folder"] ?? main.dataset["folder"] ?? "";
  const branch = document.querySelector(`#tree [data-folder="${CSS.escape(here)}"]`)?.closest("[data-writable]");
  return [...(branch?.querySelectorAll<HTMLAnchorElement>("a[data-folder]") ?? [])].filter((link) => link.dataset["folder"] !== here);
}

/** The list of folders; false where there is none to choose. */
export function pickFolder(main: HTMLElement, row: HTMLElement | null, chosen: (verb: string, folder: string) => unknown): boolean {
  const dialog = need<HTMLDialogElement>("move");
  const [filter, choices] = [dialog.querySelector("input"), dialog.querySelector("select")];
  const all = folders(main, row).map((link) => new Option(link.querySelector(".leaf-name")?.textContent ?? "", link.dataset["folder"]));
  if (!filter || !choices || !all.length) return false;
  const narrow = (): void => {
    choices.replaceChildren(...all.filter((option) => flat(option.text).includes(flat(filter.value))));
    choices.selectedIndex = 0;
  };
  filter.value = "";
  narrow();
  filter.oninput = narrow;
  filter.onkeydown = ({ key }) => void (key === "ArrowDown" && choices.focus());
  choices.onkeydown = (event) => void (event.key === "Enter" && dialog.querySelector("form")?.requestSubmit());
  choices.ondblclick = () => dialog.querySelector("form")?.requestSubmit();
  return ask(dialog, (verb) => choices.value && chosen(verb, choices.value));
}

export function draggable(main: HTMLElement, grid: HTMLElement, marks: Marks, acts: Acts): void {
  let dragged: readonly string[] = [];
  let allowed: (string | undefined)[] = []; // by name: the tree is made anew while somebody drags
  const tree = need("tree");
  const over = ({ target }: Event): HTMLElement | null => {
    const link = (target as Element).closest<HTMLElement>("a[data-folder]");
    return link && allowed.includes(link.dataset["folder"]) ? link : null;
  };
  const show = (link: HTMLElement | null): void => {
    for (const before of tree.querySelectorAll(".dropping")) before.classList.toggle("dropping", before === link);
    link?.classList.add("dropping");
  };
  grid.addEventListener("dragstart", (event) => {
    const row = (event.target as Element).closest<HTMLElement>('[role="row"]');
    if (!row || !event.dataTransfer) return;
    const id = row.dataset["message"] ?? "";
    dragged = marks.ids.includes(id) ? marks.ids : [id];
    allowed = folders(main, row).map((link) => link.dataset["folder"]);
    event.dataTransfer.setData("text/plain", row.querySelector('[data-field="subject"]')?.textContent ?? "");
    event.dataTransfer.effectAllowed = "move";
  });
  tree.addEventListener("dragover", (event) => {
    show(over(event));
    if (over(event)) event.preventDefault();
  });
  tree.addEventListener("drop", (event) => {
    const link = over(event);
    show(null);
    if (!link || !dragged.length) return;
    event.preventDefault();
    acts.drop(dragged, link.dataset["folder"] ?? "");
  });
  grid.addEventListener("dragend", () => {
    show(null);
    [dragged, allowed] = [[], []];
  });
}
