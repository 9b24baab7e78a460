// Letters beside the mail: each is written in a page of its own, in a frame at the window's foot. On small screens, and without this, the
// page stands alone.

const WIDE = 900; // px from which a letter has room beside the mail
const MOST = 3;
const STATES: Record<string, string> = { fold: "folded", full: "full", toast: "toast" };

const form = document.getElementById("begin") as HTMLFormElement | null;
const dock = document.createElement("div");
let count = 0;

const frameOf = (source: MessageEventSource | null): HTMLIFrameElement | undefined =>
  [...dock.querySelectorAll("iframe")].find((frame) => frame.contentWindow === source);

function begin(): void {
  form?.removeAttribute("target");
  if (innerWidth < WIDE || !form) return;
  const frame = document.createElement("iframe");
  frame.name = form.target = `letter-${(count += 1)}`;
  frame.title = form.dataset["frameTitle"] ?? "";
  frame.addEventListener("load", () => document.activeElement === frame && frame.contentWindow?.focus()); // unless they have gone on
  dock.prepend(frame);
  frame.focus();
  const open = [...dock.querySelectorAll("iframe:not(.folded, .toast)")];
  for (const old of open.slice(Math.max(1, Math.min(MOST, Math.floor(innerWidth / 600))))) old.className = "folded";
}

/** A link to an address, wherever it stands: a letter there. */
function link(event: Event): void {
  const address = (event.target as Element | null)?.closest?.("a[href^='mailto:' i]")?.getAttribute("href");
  if (!address || !form) return;
  event.preventDefault();
  const field = form.elements.namedItem("mailto") as HTMLInputElement;
  field.value = address;
  form.requestSubmit();
  field.value = "";
}

function hear({ origin, source, data }: MessageEvent<{ compose?: string }>): void {
  const frame = origin === location.origin ? frameOf(source) : undefined;
  const state = STATES[data.compose ?? ""];
  if (!frame || !data.compose) return;
  if (data.compose === "closed") {
    const left = document.activeElement !== frame; // for another letter, perhaps, in which they are writing
    frame.remove();
    if (!left) document.getElementById("rows")?.focus({ preventScroll: true });
  } else if (data.compose === "open") frame.className = "";
  else if (state) frame.className = frame.className === state && state !== "toast" ? "" : state;
}

if (form) {
  dock.id = "dock";
  document.body.append(dock);
  form.addEventListener("submit", begin);
  addEventListener("message", hear);
  document.addEventListener("click", link);
  const mail = document.getElementById("frame") as HTMLIFrameElement | null;
  const listen = (): void => mail?.contentDocument?.addEventListener("click", link);
  mail?.addEventListener("load", listen);
  listen();
  addEventListener("keydown", (event) => {
    const toast = dock.querySelector<HTMLIFrameElement>("iframe.toast");
    if (event.key !== "z" || !toast || event.ctrlKey || event.altKey || (event.target as Element).closest("input, textarea")) return;
    event.stopPropagation(); // the letter that is going is what was done last
    toast.contentWindow?.postMessage({ compose: "undo" }, location.origin);
  }, true);
}

export {};
