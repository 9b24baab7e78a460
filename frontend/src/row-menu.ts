// What can be done to a message, as a menu over its row. The mail core chooses the row and does what is pressed.

import { Menu } from "./menu";
import { need } from "./shared.js";

const grid = document.getElementById("rows");
if (grid) {
  const menu = new Menu(need("row-menu"), grid, need("bulk-more"), true);
  document.addEventListener("teczka:action", (event) => {
    if ((event as CustomEvent<string>).detail !== "menu") return;
    event.preventDefault();
    menu.at(document.activeElement?.closest("[data-action=menu]") ?? grid.querySelector('[aria-selected="true"]') ?? grid);
  });
}
