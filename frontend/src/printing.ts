// On paper a mail's frame is as wide as a sheet, whatever the window's width, and as tall as the mail is then: a browser prints no more of a
// frame than is seen of it. What follows it goes down by `--mail`: on paper it lies above the flow, else it would begin on a sheet of its own.

const SHEET = 680; // px: A4 and Letter within the margins that browsers leave; they shrink what is wider

const root = document.documentElement;
const frames = (): HTMLIFrameElement[] => [...document.querySelectorAll<HTMLIFrameElement>(":is(#frame, .body-frame):not([hidden])")];
const before = new WeakMap<HTMLIFrameElement, string>();

addEventListener("beforeprint", () => {
  for (const frame of frames()) {
    // Not by the document's own properties: a mail can name its elements as they are named.
    const mail: Element | null = frame.contentDocument && Document.prototype.querySelector.call(frame.contentDocument, "html");
    if (!mail) continue;
    before.set(frame, frame.style.height);
    frame.style.width = `${SHEET}px`;
    frame.style.width = `${Math.max(SHEET, mail.scrollWidth)}px`;
    frame.style.height = "0"; // else it is never less than what it was
    frame.style.height = `${mail.scrollHeight}px`;
    root.style.setProperty("--mail", frame.style.height);
  }
});

addEventListener("afterprint", () => {
  root.style.removeProperty("--mail");
  for (const frame of frames()) [frame.style.width, frame.style.height] = ["", before.get(frame) ?? ""];
});

export {};
