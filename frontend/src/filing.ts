// Where mail belongs: the folder it lies in.

import { need } from "./dom";
import { draggable, pickFolder } from "./moving";

const main = document.getElementById("mail");
if (main) {
  draggable(main, need("rows"));
  document.addEventListener("teczka:action", (event) => {
    if ((event as CustomEvent<string>).detail === "move" && pickFolder(main)) event.preventDefault();
  });
}
