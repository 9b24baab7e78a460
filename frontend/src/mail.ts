// The mail surface: list, message, keys, live events. The page is the server's and works without this; this makes it quick.

import { MessageCache } from "./cache";
import { need } from "./dom";
import { SandboxedFrame } from "./frame";
import { Keys, showHelp, type Action } from "./keys";
import { List } from "./list";
import { Live } from "./live";
import { Pane } from "./pane";
import { Selection } from "./selection";

const OVERLAP = 60; // px of a message seen again after Space

function start(main: HTMLElement): void {
  const grid = need("rows");
  const element = need<HTMLIFrameElement>("frame");
  const frame = new SandboxedFrame(element, main.dataset["frameUrl"] ?? "");
  const list = new List(grid, main.dataset["rowsUrl"] ?? "");
  const pane = new Pane(new MessageCache(), frame);
  const selection = new Selection(list, pane, grid);

  /** Where only one of list and message has room, opening is a step of history, so that the back button closes it. */
  const view = (name: "list" | "message"): void => {
    if (main.dataset["view"] === name) return;
    if (name === "list" && (history.state as { opened?: boolean } | null)?.opened) history.back();
    else main.dataset["view"] = name;
  };
  const open = (): boolean => {
    if (!selection.id) return false;
    selection.remember();
    if (getComputedStyle(pane.element).display === "none") {
      history.pushState({ ...(history.state as object | null), opened: true }, "", `?m=${selection.id}`);
      view("message");
    }
    element.focus();
    return true;
  };
  const back = (): boolean => {
    view("list");
    grid.focus({ preventScroll: true });
    return true;
  };
  /** At the message's end, on to the next. */
  const scroll = (direction: number): boolean => {
    const pane = need("pane");
    const before = pane.scrollTop;
    pane.scrollTop += direction * (pane.clientHeight - OVERLAP);
    if (pane.scrollTop === before) selection.move(direction);
    return true;
  };
  const move = (by: number): boolean => (selection.move(by), true);
  const goTo = (index: number, direction: number): boolean => (selection.goTo(index, direction), true);
  const inbox = (): boolean => {
    const link = document.querySelector<HTMLAnchorElement>("#tree a[data-role=inbox]");
    if (link) location.assign(link.href);
    return Boolean(link);
  };

  const actions: Record<Action, () => boolean> = {
    next: () => move(1),
    previous: () => move(-1),
    first: () => goTo(0, 1),
    last: () => goTo(list.total - 1, -1),
    "page-down": () => move(list.page),
    "page-up": () => move(-list.page),
    open,
    back,
    "message-down": () => scroll(1),
    "message-up": () => scroll(-1),
    inbox,
    help: showHelp,
  };
  const keys = new Keys((action) => actions[action]?.() ?? false);
  frame.onKey = (event) => keys.handle(event);

  grid.addEventListener("click", (event) => {
    const row = (event.target as Element).closest<HTMLElement>('[role="row"]');
    if (!row || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    selection.choose(row);
    grid.focus({ preventScroll: true }); // not the row's link: rows come and go
    if (getComputedStyle(pane.element).display === "none") open();
  });
  addEventListener("popstate", () => (main.dataset["view"] = (history.state as { opened?: boolean } | null)?.opened ? "message" : "list"));
  addEventListener("pagehide", () => selection.remember());
  new Live(main, list, pane, grid);
}

const main = document.getElementById("mail");
if (main) start(main);
