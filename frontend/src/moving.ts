// Into another folder: by dragging onto the tree, or from a list of its folders by key.

import { ask, need, say } from "./shared.js";

const FLAT = /[\u0300-\u036f]/g;
const flat = (text: string): string => text.normalize("NFD").replace(FLAT, "").replace(/ł/gi, "l").toLowerCase();

/** The tree's folders that this row's mail may go to: of its own account, without the one that it lies in. */
function folders(main: HTMLElement, row: HTMLElement | null): HTMLAnchorElement[] {
  const here = row?.dataset["folder"] ?? main.dataset["folder"] ?? "";
  const branch = document.querySelector(`#tree [data-folder="${CSS.escape(here)}"]:not([data-gone])`)?.closest("[data-writable]");
  return [...(branch?.querySelectorAll<HTMLAnchorElement>("a[data-folder]:not([data-gone])") ?? [])].filter((link) => link.dataset["folder"] !== here);
}

/** The list of folders; false where there is none to choose. */
export function pickFolder(main: HTMLElement): boolean {
  const row = document.querySelector<HTMLElement>('#rows [role="row"][aria-selected="true"]');
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
  return ask(dialog, (verb) => choices.value && say("teczka:act", { verb, fields: { target: choices.value } }));
}

/** Onto a folder of the tree, or a case beside it: `file` is told to which, and what, where it is not the marked. */
export function draggable(main: HTMLElement, grid: HTMLElement, file: (to: { case: string; ids?: string[] }) => void): void {
  let dragged: string | null = null; // the message, where it is not among the marked: those go together
  let allowed: (string | undefined)[] = []; // by name: the tree is made anew while somebody drags
  const side = need("side");
  const over = ({ target }: Event): HTMLElement | null => {
    const link = (target as Element).closest<HTMLElement>("a[data-folder], a[data-case]");
    return link?.dataset["case"] || allowed.includes(link?.dataset["folder"] ?? "") ? link : null;
  };
  const show = (link: HTMLElement | null): void => {
    for (const before of side.querySelectorAll(".dropping")) before.classList.toggle("dropping", before === link);
    link?.classList.add("dropping");
  };
  grid.addEventListener("dragstart", (event) => {
    const row = (event.target as Element).closest<HTMLElement>('[role="row"]');
    if (!row || !event.dataTransfer) return;
    dragged = row.querySelector('[aria-checked="true"]') ? "" : (row.dataset["message"] ?? "");
    allowed = folders(main, row).map((link) => link.dataset["folder"]);
    event.dataTransfer.setData("text/plain", row.querySelector('[data-field="subject"]')?.textContent ?? "");
    event.dataTransfer.effectAllowed = "move";
  });
  side.addEventListener("dragover", (event) => {
    if (dragged === null) return;
    show(over(event));
    if (over(event)) event.preventDefault();
  });
  side.addEventListener("drop", (event) => {
    const link = over(event);
    show(null);
    if (!link || dragged === null) return;
    event.preventDefault();
    const ids = dragged ? { ids: [dragged] } : {};
    if (link.dataset["case"]) file({ case: link.dataset["case"], ...ids });
    else say("teczka:act", { verb: "move", fields: { target: link.dataset["folder"] ?? "" }, ...ids });
  });
  grid.addEventListener("dragend", () => {
    show(null);
    [dragged, allowed] = [null, []];
  });
}
