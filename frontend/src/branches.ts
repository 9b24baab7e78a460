// Over each account's line in the tree its menu, as the page of accounts has it. Lines come and go with the tree, menus stay.

import { Menu } from "./menu";

const tree = document.getElementById("tree");
if (tree) {
  const menus = new Map<string, Menu>();
  for (const element of document.querySelectorAll<HTMLElement>("[data-branch]")) {
    const id = element.dataset["branch"] ?? "";
    const head = (): HTMLElement | null => tree.querySelector(`#branch-${id} > summary`);
    menus.set(id, new Menu(element, tree, document.createElement("button"), true, head));
  }
  tree.addEventListener("click", (event) => {
    const more = (event.target as Element).closest<HTMLElement>(".branch-more");
    if (more && menus.get(more.dataset["of"] ?? "")?.at(more)) event.preventDefault();
  });
}
