// The mail surface: list, message, keys, live events. The page is the server's and works without this; this makes it quick.

import { Acts } from "./acts";
import { MessageCache } from "./cache";
import { SandboxedFrame } from "./frame";
import { List } from "./list";
import { Live } from "./live";
import { Marks } from "./marks";
import { Pane } from "./pane";
import { Selection } from "./selection";
import { type Action, ask, Keys, need, say, showHelp } from "./shared.js";

const OVERLAP = 60; // px of a message seen again after Space

function start(main: HTMLElement): void {
  const grid = need("rows");
  const element = need<HTMLIFrameElement>("frame");
  const frame = new SandboxedFrame(element, main.dataset["frameUrl"] ?? "");
  const list = new List(grid, main.dataset["rowsUrl"] ?? "");
  const pane = new Pane(new MessageCache(), frame, Number(main.dataset["readAfter"]));
  const selection = new Selection(list, pane, grid);
  const marks = new Marks(list, main);
  const acts = new Acts(main, list, selection, marks);

  /** Where only one of list and message has room, opening is a step of history, so that the back button closes it. */
  const view = (name: "list" | "message"): void => {
    if (main.dataset["view"] === name) return;
    if (name === "list" && (history.state as { opened?: boolean } | null)?.opened) history.back();
    else (main.dataset["view"] = name), selection.remember();
  };
  const open = (): boolean => {
    if (!selection.id) return false;
    selection.remember();
    void pane.show(selection.id, chosen());
    if (!pane.seen) history.pushState({ ...(history.state as object | null), opened: true }, ""), view("message");
    element.focus();
    return true;
  };
  const back = (): boolean => {
    if (marks.clear() && main.dataset["view"] === "list") return true;
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
  const chosen = (): HTMLElement | null => list.rows().find((row) => row.dataset["message"] === selection.id) ?? null;
  const markOn = (by: number): boolean => {
    marks.all((row) => row === chosen());
    selection.move(by);
    return marks.all((row) => row === chosen());
  };
  /** What leaves the list leaves the pane, too; where only one of them has room, the list is seen again. */
  const away = (verb: string, by = 1): boolean => {
    const leaves = acts.movable(selection.id);
    const done = acts.act(verb, by);
    if (done && leaves && getComputedStyle(grid).display === "none") back();
    return done;
  };

  const actions: Record<Action, () => boolean | undefined> = {
    next: () => move(1),
    previous: () => move(-1),
    first: () => (selection.goTo(0, 1), true),
    last: () => (selection.goTo(list.reach - 1, -1), true),
    "page-down": () => move(list.page),
    "page-up": () => move(-list.page),
    open,
    back,
    "message-down": () => scroll(1),
    "message-up": () => scroll(-1),
    help: showHelp,
    archive: () => away("archive"),
    "archive-previous": () => away("archive", -1),
    bin: () => (["trash", "junk"].includes(main.dataset["role"] ?? "") ? actions["delete"]?.() : away("bin")),
    spam: () => away("spam"),
    not_spam: () => away("not_spam"),
    delete: () => (acts.movable(selection.id) ? ask(need("forget"), () => away("delete")) : away("bin")), // that is refused, and why
    star: () => acts.star(),
    read: () => acts.act("read"),
    unread: () => (pane.overlook(), acts.act("unread")),
    undo: () => (document.querySelector("[data-key=undo]") ? press("undo") : acts.undo()),
    mark: () => marks.toggle(chosen()),
    "mark-next": () => markOn(1),
    "mark-previous": () => markOn(-1),
    "mark-all": () => marks.all(),
    "mark-none": () => marks.clear(),
    "mark-unread": () => marks.all((row) => row.classList.contains("unread")),
    "mark-everything": () => marks.whole(),
  };
  /**
   * Buttons and links that a key presses, too, first those of the account that is looked at (the inbox is that of all accounts), and what
   * other scripts of the page answer; false where there is neither.
   */
  const press = (name: string): boolean | undefined =>
    [".branch:has([aria-current]) :not([data-role=inbox])", ""].map((such) => document.querySelector(`${such}[data-key~="${name}"]`)).find(Boolean)
      ?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true })) ?? say("teczka:action", name);
  const keys = new Keys((action) => (actions[action] ?? (() => press(action)))() ?? false);
  frame.onKey = (event) => keys.handle(event);

  grid.addEventListener("click", (event) => {
    const row = (event.target as Element).closest<HTMLElement>('[role="row"]');
    if (!row || event.button || event.altKey) return;
    event.preventDefault();
    if (event.shiftKey) return marks.through(row);
    if (event.ctrlKey || event.metaKey || (event.target as Element).closest('[role="checkbox"]')) return void marks.toggle(row);
    selection.choose(row);
    grid.focus({ preventScroll: true }); // not the row's link: rows come and go
    if (!pane.seen) open();
  });
  grid.addEventListener("contextmenu", ({ target }) => {
    const row = (target as Element).closest<HTMLElement>('[role="row"]');
    if (row && !marks.ids.includes(row.dataset["message"] ?? "")) marks.clear(), selection.choose(row);
  }, true);
  pane.onSeen = (id) => acts.seen(id);
  acts.onChanged = (ids) => pane.renew(ids);
  document.addEventListener("teczka:renew", (event) => pane.renew((event as CustomEvent<string[]>).detail));
  // Its address has no message; what is opened and found stays in it.
  const listed = (shown: Parameters<List["show"]>): unknown =>
    (marks.clear(), selection.begin(), list.show(...shown), chosen() && selection.remember());
  document.addEventListener("teczka:list", (event) => listed((event as CustomEvent<Parameters<List["show"]>>).detail));
  addEventListener("popstate", () => {
    main.dataset["view"] = (history.state as { opened?: boolean } | null)?.opened ? "message" : "list";
    selection.remember();
    if (main.dataset["view"] === "message") void pane.show(selection.id, chosen());
  });
  addEventListener("pagehide", () => selection.remember());
  new Live(main, list, pane, grid, acts);
}

const main = document.getElementById("mail");
if (main) start(main);
