// Where a link of a message really leads: below the message, outside of its frame, for the link under the pointer or with the keyboard.

const LONGEST = 160; // signs of an address behind its host

const line = document.createElement("p");
line.className = "leads";
line.hidden = true;
document.body.append(line);

function tell(frame: HTMLElement, link: HTMLAnchorElement | null): void {
  line.hidden = !link;
  if (!link) return;
  const host = document.createElement("strong");
  host.textContent = link.hostname; // in ASCII, without what stands before @
  const rest = (link.hostname ? link.port && `:${link.port}` : link.protocol) + link.pathname + link.search + link.hash;
  line.replaceChildren(host, rest.length > LONGEST ? `${rest.slice(0, LONGEST)}…` : rest);
  const { left, width } = frame.getBoundingClientRect();
  line.style.left = `${left}px`;
  line.style.maxWidth = `${width}px`;
}

const FRAMES = "#frame, .body-frame";
function attach(frame: HTMLIFrameElement): void {
  const inner = frame.contentDocument;
  for (const kind of ["mouseover", "focusin"])
    inner?.addEventListener(kind, ({ target }) => tell(frame, (target as Element).closest("a[href]:not(.reference)")));
  for (const kind of ["mouseout", "focusout"]) inner?.addEventListener(kind, () => tell(frame, null));
  if (inner?.body) new MutationObserver(() => tell(frame, null)).observe(inner.body, { childList: true }); // another message
}
document.querySelectorAll<HTMLIFrameElement>(FRAMES).forEach(attach);
// Of a conversation more of them come.
document.addEventListener("load", ({ target }) => (target as Element).matches?.(FRAMES) && attach(target as HTMLIFrameElement), true);
