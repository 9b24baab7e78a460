// The words that were searched for, marked in the message that is opened. Ranges of the frame's document, painted by the browser: nothing is
// written into the mail. Which words these are, in whatever form, the server says.

import { getFragment } from "./shared.js";

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
    const asked = new URLSearchParams(main.dataset["rowsUrl"]?.split("?")[1]); // with how its last word was taken
    const row = document.querySelector<HTMLElement>('#rows [aria-selected="true"]');
    const message = row?.dataset["message"] ?? new URLSearchParams(location.search).get("m"); // the address follows later
    if (!realm?.CSS?.highlights || !contentDocument) return;
    realm.CSS.highlights.delete("found");
    if (main.dataset["role"] !== "search" || !message || !asked.get("q")) return;
    const answer = await getFragment(`/messages/${message}/marks/?${asked}`, signal).catch(() => null);
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

/** Wherever one of these stands by itself. A word that a tag divides is left as it is; several may have tags, line ends and quotation marks
 * (">") between them. */
function ranges(inner: Document, words: readonly string[]): Range[] {
  const each = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/[ >]+/g, "[\\s>]+"));
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${each.sort((one, other) => other.length - one.length).join("|")})(?![\\p{L}\\p{N}])`, "giu");
  const nodes: Node[] = [];
  const starts: number[] = []; // of each in all of the text
  const texts = inner.createTreeWalker(inner.body, NodeFilter.SHOW_TEXT);
  let all = "";
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    nodes.push(text);
    starts.push(all.length);
    all += `${text.nodeValue}\n`;
  }
  let at = 0;
  const place = (index: number): [Node, number] => {
    while ((starts[at + 1] ?? Infinity) <= index) at++;
    return [nodes[at]!, index - starts[at]!];
  };
  return [...all.matchAll(pattern)].map((match) => {
    const range = inner.createRange();
    range.setStart(...place(match.index));
    range.setEnd(...place(match.index + match[0].length));
    return range;
  });
}
