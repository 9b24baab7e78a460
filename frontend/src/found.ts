// The words that were searched for, marked in the message that is opened. Ranges of the frame's document, painted by the browser: nothing is
// written into the mail. Which words these are, in whatever form, the server says.

import { getFragment } from "./http";

type Realm = Window & typeof globalThis;

export function markFound(main: HTMLElement): void {
  const frame = document.getElementById("frame") as HTMLIFrameElement | null;
  if (!frame) return;
  let running = new AbortController();

  const mark = async (): Promise<void> => {
    running.abort();
    const { signal } = (running = new AbortController());
    const { contentWindow, contentDocument } = frame;
    const realm = contentWindow as Realm | null;
    const asked = new URLSearchParams(location.search);
    const row = document.querySelector<HTMLElement>('#rows [aria-selected="true"]');
    const [query, message] = [asked.get("q"), row?.dataset["message"] ?? asked.get("m")]; // the address follows later
    if (!realm?.CSS?.highlights || !contentDocument) return;
    realm.CSS.highlights.delete("found");
    if (main.dataset["role"] !== "search" || !message || !query) return;
    const answer = await getFragment(`/messages/${message}/marks/?${new URLSearchParams({ q: query })}`, signal).catch(() => null);
    const words = (answer?.body.textContent ?? "").split("\n").filter(Boolean);
    if (signal.aborted || !words.length) return;
    realm.CSS.highlights.set("found", new realm.Highlight(...ranges(contentDocument, words)));
  };

  const watch = new MutationObserver(() => requestAnimationFrame(() => void mark()));
  const attach = (): void => {
    watch.disconnect();
    if (frame.contentDocument?.body) watch.observe(frame.contentDocument.body, { childList: true });
  };
  frame.addEventListener("load", () => (attach(), void mark()));
  attach();
  void mark();
}

/** Wherever one of these stands by itself. A word that a tag divides is left as it is. */
function ranges(inner: Document, words: readonly string[]): Range[] {
  const each = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/ /g, "\\s+"));
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${each.sort((one, other) => other.length - one.length).join("|")})(?![\\p{L}\\p{N}])`, "giu");
  const found: Range[] = [];
  const texts = inner.createTreeWalker(inner.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode())
    for (const match of (text.nodeValue ?? "").matchAll(pattern)) {
      const range = inner.createRange();
      range.setStart(text, match.index);
      range.setEnd(text, match.index + match[0].length);
      found.push(range);
    }
  return found;
}
