// The keys: one table makes the handler and the help page. Names of actions are also what data-action on a button may say.

import { fromTemplate } from "./dom";

/** A name that mail.ts knows what to do at. */
export type Action = string;

/**
 * `keys`: anywhere but where text is written; "g i" is one after the other. `inList`: only while the list has the focus, or nothing has;
 * elsewhere the browser does with them what it always does.
 */
type Binding = Readonly<{ action: Action; keys: readonly string[]; inList?: readonly string[] }>;

export const BINDINGS: readonly Binding[] = [
  { action: "next", keys: ["j"], inList: ["ArrowDown"] },
  { action: "previous", keys: ["k"], inList: ["ArrowUp"] },
  { action: "first", keys: [], inList: ["Home"] },
  { action: "last", keys: [], inList: ["End"] },
  { action: "page-down", keys: [], inList: ["PageDown"] },
  { action: "page-up", keys: [], inList: ["PageUp"] },
  { action: "open", keys: ["o"], inList: ["Enter"] },
  { action: "back", keys: ["u", "Escape"] },
  { action: "message-down", keys: [" "] },
  { action: "message-up", keys: ["Shift+ "] },
  { action: "turn-next", keys: ["n"] },
  { action: "turn-previous", keys: ["p"] },
  { action: "turns-open", keys: [";"] },
  { action: "turns-close", keys: [":"] },
  { action: "search", keys: ["/"] },
  { action: "inbox", keys: ["g i"] },
  { action: "sent", keys: ["g t"] },
  { action: "drafts", keys: ["g d"] },
  { action: "starred", keys: ["g s"] },
  ...[..."123456789"].map((key) => ({ action: `account-${key}`, keys: [`g ${key}`] })),
  { action: "unfiled", keys: ["g n"] },
  { action: "cases", keys: ["g c"] },
  { action: "tasks", keys: ["g k"] },
  ...["1", "2", "3"].map((key) => ({ action: `file-${key}`, keys: [key] })),
  { action: "file", keys: ["l"] },
  { action: "share-team", keys: ["S"] },
  { action: "aside", keys: ["y"] },
  { action: "who-sees", keys: ["w"] },
  { action: "comment", keys: ["m"] },
  { action: "task", keys: ["t"] },
  { action: "archive", keys: ["e", "]"] },
  { action: "archive-previous", keys: ["["] },
  { action: "bin", keys: ["#", "Delete"] },
  { action: "spam", keys: ["!"] },
  { action: "star", keys: ["s"] },
  { action: "move", keys: ["v"] },
  { action: "label", keys: ["L"] },
  { action: "rule", keys: ["R"] },
  { action: "read", keys: ["I"] },
  { action: "unread", keys: ["U"] },
  { action: "mark", keys: ["x"] },
  { action: "mark-next", keys: ["J"] },
  { action: "mark-previous", keys: ["K"] },
  { action: "mark-all", keys: ["* a"] },
  { action: "mark-none", keys: ["* n"] },
  { action: "mark-unread", keys: ["* u"] },
  { action: "compose", keys: ["c"] },
  { action: "reply", keys: ["r"] },
  { action: "reply-all", keys: ["a"] },
  { action: "forward", keys: ["f"] },
  { action: "menu", keys: ["."] },
  { action: "undo", keys: ["z"] },
  { action: "help", keys: ["?"] },
];

const PREFIXES = new Set(BINDINGS.flatMap(({ keys }) => keys.filter((key) => /^\S \S$/.test(key)).map((key) => key.slice(0, 1))));
const SYMBOLS: Record<string, string> = { ArrowDown: "↓", ArrowUp: "↑", Escape: "Esc", " ": "Space", "Shift+ ": "Shift+Space" };
const PREFIX_LIFE = 1000; // ms between g and i

/** WCAG 2.1.4: whoever has switched shortcuts of one letter off keeps the arrows, Enter, Esc and Space. */
const LETTERS = document.body.dataset["keys"] !== "off";
const isOff = (keys: string): boolean => !LETTERS && /^(\S|\S \S)$/.test(keys);

export class Keys {
  #prefix = "";
  #prefixAt = 0;

  constructor(readonly act: (action: Action) => boolean) {
    document.addEventListener("keydown", (event) => this.handle(event));
    document.addEventListener("click", (event) => this.#click(event));
  }

  /** From the page, or forwarded from the message's frame. */
  handle(event: KeyboardEvent): void {
    if (this.#isForOthers(event)) return;
    const key = event.shiftKey && event.key.length === 1 && !event.key.trim() ? `Shift+${event.key}` : event.key;
    if (isOff(key)) return;
    // Shift+1 files privately while there is a first suggestion, whatever sign stands above the digit; else "!" is spam.
    if (event.shiftKey && /^Digit[1-3]$/.test(event.code) && this.act(`file-${event.code.slice(5)}-private`)) return event.preventDefault();
    const at = (event.view ?? window).performance.timeOrigin + event.timeStamp; // when it was pressed: the page may hear of it late
    const pressed = this.#prefix && at - this.#prefixAt < PREFIX_LIFE ? `${this.#prefix} ${key}` : key;
    this.#prefix = "";
    const binding = BINDINGS.find(({ keys, inList }) => keys.includes(pressed) || (inList?.includes(pressed) && isList(event)));
    if (binding) {
      if (this.act(binding.action)) event.preventDefault();
    } else if (PREFIXES.has(key)) [this.#prefix, this.#prefixAt] = [key, at];
  }

  /**
   * Fields, an input method at work, AltGr (Polish letters; on Windows it is Ctrl+Alt), the browser's own shortcuts, an open
   * dialog or menu, text being selected with the keyboard, and buttons and links that Space or Enter would press.
   */
  #isForOthers(event: KeyboardEvent): boolean {
    const browsers = (event.ctrlKey || event.metaKey) && event.key !== "z"; // Ctrl+Z takes back as z does, where no text is written
    if (event.defaultPrevented || event.isComposing || browsers || event.altKey || event.getModifierState("AltGraph")) return true;
    if (event.shiftKey && event.key.length > 1) return true;
    const target = event.target as Element;
    if (target.closest?.("input, textarea, select, [contenteditable], dialog")) return true;
    if (document.querySelector("dialog[open], :popover-open")) return true;
    return event.key === " " && Boolean(target.closest?.("a, button, summary"));
  }

  #click(event: MouseEvent): void {
    const place = (event.target as Element).closest<HTMLElement>("[data-action]");
    if (place && this.act(place.dataset["action"] as Action)) event.preventDefault();
  }
}

function isList(event: KeyboardEvent): boolean {
  const target = event.target as Element;
  return target.ownerDocument === document && (target === document.body || Boolean(target.closest("#rows")));
}

/** The server's words, and the keys of the table above. */
export function showHelp(): boolean {
  const dialog = (document.getElementById("help") ?? fromTemplate("t-help")) as HTMLDialogElement | null;
  if (!dialog) return false;
  if (!dialog.isConnected) {
    for (const row of dialog.querySelectorAll<HTMLElement>("[data-action]")) {
      const binding = BINDINGS.find(({ action }) => action === row.dataset["action"]);
      const place = row.querySelector(".keys");
      row.removeAttribute("data-action"); // a line of help, not a button
      for (const key of [...(binding?.keys ?? []), ...(binding?.inList ?? [])])
        if (!isOff(key)) place?.append(keycap(key, dialog), " ");
    }
    document.body.append(dialog);
  }
  dialog.showModal();
  return true;
}

function keycap(key: string, words: HTMLElement): HTMLElement {
  const cap = document.createElement("kbd");
  const name = SYMBOLS[key] ?? (/^[A-Z]$/.test(key) ? `Shift+${key}` : key);
  const last = name.replace("Shift+", "");
  cap.textContent = name.replace(last, words.dataset[`key${last}`] ?? last);
  return cap;
}
