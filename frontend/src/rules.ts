// Rules: the form that says, as one types, what the rule does, and the list put in order by keys. All of it works as pages without this.

import { parse } from "./shared.js";

const HESITATION = 300; // ms after the last letter before the server is asked what it means

const form = document.querySelector<HTMLFormElement>("#rule-form");
if (form) edit(form);

function edit(form: HTMLFormElement): void {
  let timer = 0;
  let asking = new AbortController();
  let making = false; // the form, anew: what it means comes with it
  let plain = false; // sent as without this: the server did not answer

  const written = (): URLSearchParams => new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));

  async function send(url: string, body: URLSearchParams): Promise<HTMLElement> {
    const response = await fetch(url, { method: "POST", body, redirect: "manual", signal: asking.signal });
    if (response.type === "opaqueredirect") return location.reload(), new Promise(() => {}); // the session has ended
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    return parse(await response.text());
  }

  /** No answer that is still awaited is shown. */
  function stop(): void {
    clearTimeout(timer);
    asking.abort();
    asking = new AbortController();
  }

  /** What stands in the form is asked about; the form itself stays as it is, and so does the tick for the same rule, exceptions and people: its value. */
  async function tell(): Promise<void> {
    if (making) return;
    stop();
    const place = form.querySelector<HTMLElement>("#rule-told");
    const answer = await send(form.dataset["told"] ?? "", written());
    if (!place) return;
    const box = (): HTMLInputElement | null => place.querySelector<HTMLInputElement>("[name=agreed]");
    const ticked = box();
    keepingFocus(place, () => place.replaceChildren(...answer.childNodes));
    const now = box();
    if (ticked && now) now.checked = ticked.checked && ticked.value === now.value;
    aloud();
  }

  /** A line more or less: the server makes the form anew. A second press meanwhile is none. */
  async function change(what: string): Promise<void> {
    if (making) return;
    making = true;
    stop();
    const pressed = document.activeElement;
    try {
      const answer = await made(what);
      const stayed = document.activeElement === pressed;
      keepingFocus(form, () => form.replaceChildren(...answer.childNodes));
      if (stayed) form.querySelector<HTMLElement>("[data-focus]")?.focus();
      aloud();
    } finally {
      making = false;
    }
  }

  /** Of what stands in the form when the answer comes: what was written meanwhile is sent, too. */
  async function made(what: string): Promise<HTMLElement> {
    const url = new URL(location.href);
    url.searchParams.set("in", "form");
    for (;;) {
      const body = written();
      const before = body.toString();
      body.set("edit", what);
      const answer = await send(url.href, body);
      if (written().toString() === before) return answer;
    }
  }

  /** To who hears the page: from a place that was there before, or it would not be heard. */
  function aloud(): void {
    const told = ["rule-sentence", "rule-counts"].map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
    const place = document.getElementById("rule-said");
    if (place && place.textContent !== told) place.textContent = told;
  }

  form.addEventListener("input", ({ target }) => {
    const field = target as HTMLInputElement;
    if (field.name === "name" || field.name === "agreed" || field.matches("[data-asks]")) return;
    clearTimeout(timer);
    timer = window.setTimeout(() => void tell().catch(() => {}), HESITATION);
  });
  form.addEventListener("change", ({ target }) => {
    const asks = target as HTMLSelectElement;
    if (asks.matches("[data-asks]") && !asks.selectedOptions[0]?.defaultSelected) void change("refresh").catch(() => {});
  });
  form.addEventListener("submit", (event) => {
    const button = event.submitter as HTMLButtonElement | null;
    if (button?.name !== "edit" || plain) return;
    event.preventDefault();
    event.stopPropagation(); // page.ts would hold a second press back until the page is left
    void change(button.value).catch(() => ((plain = true), form.requestSubmit(button)));
  });
  document.getElementById("rule-wrong")?.focus();
}

/** The same field as before, or where it is gone what stands in its place; and the caret where it was. */
function keepingFocus(place: HTMLElement, make: () => void): void {
  const reachable = (): HTMLElement[] => [...place.querySelectorAll<HTMLElement>("a[href], button, input:not([type=hidden]), select")];
  const focused = document.activeElement as HTMLInputElement | null;
  const at = focused && place.contains(focused) ? reachable().indexOf(focused) : -1;
  const name = focused?.name ?? "";
  const alike = (): HTMLInputElement[] => (name && name !== "edit" ? [...place.querySelectorAll<HTMLInputElement>(`[name="${CSS.escape(name)}"]:not([type=hidden])`)] : []);
  const nth = focused ? alike().indexOf(focused) : -1;
  const caret = focused?.selectionStart ?? null; // none where nothing is written
  make();
  if (at < 0) return;
  const same = alike()[nth];
  (same ?? reachable()[Math.min(at, reachable().length - 1)])?.focus();
  if (caret !== null && typeof same?.selectionStart === "number") same.setSelectionRange(caret, caret);
}

// The list. The page that answers names the rule in its address, whose link so has the keyboard again.

if (document.querySelector("[data-rules]")) {
  document.addEventListener("keydown", (event) => {
    const row = (event.target as Element).closest(".rule");
    if (!row || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    row.querySelector<HTMLButtonElement>(`[data-move=${event.key === "ArrowUp" ? "up" : "down"}]`)?.click();
  });
}
