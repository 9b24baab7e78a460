// Rules: the form that says, as one types, what the rule does, and the list put in order by keys. All of it works as pages without this.

import { parse } from "./dom";

const HESITATION = 300; // ms after the last letter before the server is asked what it means

const form = document.querySelector<HTMLFormElement>("#rule-form");
if (form) edit(form);

function edit(form: HTMLFormElement): void {
  let timer = 0;
  let asking: AbortController | undefined;
  let asked = 0; // of several answers the last one asked for is shown

  async function send(url: string, fields: FormData): Promise<HTMLElement | null> {
    asking?.abort();
    clearTimeout(timer);
    asking = new AbortController();
    const mine = ++asked;
    const body = new URLSearchParams([...fields].map(([name, value]) => [name, String(value)]));
    const response = await fetch(url, { method: "POST", body, redirect: "manual", signal: asking.signal });
    if (response.type === "opaqueredirect") location.reload(); // the session has ended
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    const answer = parse(await response.text());
    return mine === asked ? answer : null;
  }

  /** What stands in the form is asked about; the form itself stays as it is. */
  async function tell(): Promise<void> {
    const place = form.querySelector<HTMLElement>("#rule-told");
    const answer = await send(form.dataset["told"] ?? "", new FormData(form));
    if (answer && place) keepingFocus(place, () => place.replaceChildren(...answer.childNodes));
    if (answer) aloud();
  }

  /** A line more or less: the server makes the form anew. */
  async function change(what: string): Promise<void> {
    const fields = new FormData(form);
    fields.set("edit", what);
    const url = new URL(location.href);
    url.searchParams.set("in", "form");
    const before = new FormData(form);
    const answer = await send(url.href, fields);
    if (!answer) return;
    const typed = what === "refresh" ? typedSince(before) : [];
    keepingFocus(form, () => form.replaceChildren(...answer.childNodes));
    form.querySelector<HTMLElement>("[data-focus]")?.focus();
    for (const { name, value } of typed) {
      const field = form.querySelector<HTMLInputElement>(`input[name="${CSS.escape(name)}"]`);
      if (field) field.value = value;
    }
    if (typed.length) await tell();
    else aloud();
  }

  /** To who hears the page: from a place that was there before, or it would not be heard. */
  function aloud(): void {
    const told = ["rule-sentence", "rule-counts"].map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
    const place = document.getElementById("rule-said");
    if (place && place.textContent !== told) place.textContent = told;
  }

  /** What was typed while the server made the form anew. */
  function typedSince(before: FormData): HTMLInputElement[] {
    const fields = [...form.querySelectorAll<HTMLInputElement>("input:not([type=hidden], [type=checkbox])")];
    return fields.filter(({ name, value }) => before.has(name) && before.get(name) !== value);
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
    if (button?.name !== "edit") return;
    event.preventDefault();
    event.stopPropagation(); // page.ts would hold a second press back until the page is left
    void change(button.value).catch(() => location.reload());
  });
  document.getElementById("rule-wrong")?.focus();
}

/** The same field as before, or where it is gone what stands in its place. */
function keepingFocus(place: HTMLElement, make: () => void): void {
  const reachable = (): HTMLElement[] => [...place.querySelectorAll<HTMLElement>("a[href], button, input:not([type=hidden]), select")];
  const focused = document.activeElement as HTMLInputElement | null;
  const at = focused && place.contains(focused) ? reachable().indexOf(focused) : -1;
  const name = focused?.name ?? "";
  make();
  if (at < 0) return;
  const named = name && name !== "edit" ? place.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"]:not([type=hidden])`) : null;
  (named ?? reachable()[Math.min(at, reachable().length - 1)])?.focus();
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
