// The box over all mail, on every page. On the mail page it searches as one writes: the list, and what stands around it, is another
// then, in the same place. What the server reads as an operator becomes a chip. Words are the server's; without this the form is sent.

import { markFound } from "./found";
import { aborted, fromTemplate, getFragment, listen, need, post } from "./shared.js";

const PAUSE = 25; // ms after a key before it is searched for
const SPOKEN = 800; // ms of rest before readers are told how much was found

const form = document.getElementById("search") as HTMLFormElement | null;
if (form) start(form);

function start(form: HTMLFormElement): void {
  const { liveUrl = "", offersUrl = "", notedUrl = "" } = form.dataset;
  const input = need<HTMLInputElement>("search-text");
  const chips = form.querySelector(".search-chips") as HTMLElement;
  const clear = form.querySelector(".search-clear") as HTMLElement;
  const order = form.elements.namedItem("order") as HTMLInputElement;
  const panel = need("search-offers");
  const main = document.getElementById("mail");
  if (main) markFound(main);
  let [timer, speaking, at] = [0, 0, -1];
  let [running, offering] = [new AbortController(), new AbortController()];
  let shown = location.search;
  let strip: HTMLElement | null = null; // that it did not load
  let begun = true; // whether what was asked for last was still being typed

  const raw = (): string => [...[...chips.querySelectorAll("input")].map(({ value }) => value), input.value.trimStart()].join(" ");
  const written = (): string => raw().trim();
  const searching = (): boolean => main?.dataset["role"] === "search";
  const rows = (): HTMLElement => need("rows");

  /**
   * What the server calls chips leaves the field. While one writes, only what stands first, sign by sign, so that nothing changes its place
   * and what comes next is read behind what stands before it. With Enter, all, unless that would be read otherwise: the server knows.
   */
  const lift = (told: HTMLElement): void => {
    if (begun && input.selectionEnd !== input.value.length) return; // somebody writes in the middle
    const all = [...told.children];
    let [rest, first] = [raw(), 0];
    for (const chip of all) {
      const text = `${(chip.querySelector("input") as HTMLInputElement).value} `;
      if (!rest.startsWith(text)) break;
      rest = rest.slice(text.length).trimStart();
      first += 1;
    }
    if (begun && rest === input.value) return;
    chips.replaceChildren(...(begun ? all.slice(0, first) : all));
    input.value = begun ? rest : (told.dataset["words"] ?? "");
  };
  const look = (): void => {
    clear.hidden = !written();
    form.classList.toggle("filled", !clear.hidden);
  };
  const drop = (chip: Element | null | undefined): void => {
    if (!chip) return;
    chip.remove();
    input.focus();
    changed();
  };

  /** The address of what is written; while the last word may be only begun, of what begins so, too. */
  const query = (typing: boolean): URLSearchParams => {
    const told = new URLSearchParams({ q: written() });
    if (!order.disabled) told.set("order", order.value);
    if (typing && !/\s$/.test(input.value)) told.set("typing", "1");
    return told;
  };
  const changed = (): void => {
    look();
    choose(-1); // what is proposed is for what stood there before
    clearTimeout(timer);
    timer = window.setTimeout(() => void offer(), PAUSE);
    if (main && (written() || searching())) return void run(true, PAUSE);
    running.abort(); // nothing is looked for any more
    answered();
  };
  const answered = (): void => {
    form.classList.remove("busy", "failed");
    if (strip?.contains(document.activeElement)) rows().focus({ preventScroll: true });
    strip?.remove();
  };
  const run = async (typing: boolean, pause = 0): Promise<void> => {
    running.abort();
    begun = typing;
    const { signal } = (running = new AbortController());
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (signal.aborted) return;
    form.classList.add("busy");
    try {
      put(await getFragment(`${liveUrl}?${query(typing)}`, signal));
      answered();
    } catch (error) {
      if (!aborted(error)) refused();
    }
  };

  /** Said once, and not where live events tell anew how the folder stands: the button stays under the finger. */
  const refused = (): void => {
    form.classList.replace("busy", "failed");
    if (strip?.isConnected) return;
    if (!strip) heal();
    strip = fromTemplate("t-error");
    strip?.querySelector("[data-retry]")?.addEventListener("click", () => void run(begun));
    need("notices").append(strip ?? "");
  };

  /** Once the server is back. Not listened for before something failed: where no worker is shared, each that listens holds a connection. */
  const heal = (): void => {
    const { eventsUrl = "", eventsWorker = "", viewer = "" } = main?.dataset ?? {};
    const again = (): void => void (form.classList.contains("failed") && run(begun));
    listen(eventsUrl, eventsWorker, viewer, (news) => news.kind === "up" && news.up && again());
  };

  /** The pieces that came, each in its place; the list's rows by the list itself. */
  const put = (fragment: Awaited<ReturnType<typeof getFragment>>): void => {
    const told = fragment.body.querySelector<HTMLElement>("#mail");
    if (!main || !told) return;
    const address = told.dataset["url"] ?? "";
    if (searching()) history.replaceState(history.state, "", address);
    else history.pushState(null, "", address);
    shown = location.search;
    document.title = told.title;
    lift(told);
    Object.assign(main.dataset, told.dataset);
    for (const piece of fragment.body.querySelectorAll("[id]:not(#mail, [role=row])")) {
      const before = document.getElementById(piece.id);
      if (before instanceof HTMLTemplateElement) before.replaceWith(piece);
      else before?.replaceChildren(...[...piece.childNodes].map((one) => document.getElementById((one as Element).id) ?? one));
    }
    for (const link of document.querySelectorAll(".side-body [aria-current]")) link.removeAttribute("aria-current");
    document.querySelector(`#tree [data-folder="${CSS.escape(told.dataset["folder"] ?? "")}"]`)?.setAttribute("aria-current", "page");
    rows().nextElementSibling?.remove();
    document.dispatchEvent(new CustomEvent("teczka:list", { detail: [main.dataset["rowsUrl"], fragment] }));
    if (!fragment.total) rows().after(fromTemplate("t-empty") ?? "");
    clearTimeout(speaking);
    speaking = window.setTimeout(() => (need("search-said").textContent = need("count").textContent), SPOKEN);
  };

  /** What the word before the caret may become; for an empty field, what one may begin with. */
  const offer = async (): Promise<void> => {
    offering.abort();
    const { signal } = (offering = new AbortController());
    const token = /\S*:(?:"[^"]*"?|[^\s"]*)$/.exec(input.value.slice(0, input.selectionStart ?? 0))?.[0] ?? "";
    if (document.activeElement !== input || (!token && written())) return close();
    const answer = await getFragment(`${offersUrl}?${new URLSearchParams({ q: token })}`, signal).catch(() => null);
    if (!answer || signal.aborted || document.activeElement !== input) return;
    const chosen = options()[at]?.textContent; // by arrows, among what was proposed before
    panel.replaceChildren(...answer.body.childNodes);
    options().forEach((option, place) => (option.id = `search-offer-${place}`));
    panel.hidden = !options().length;
    input.setAttribute("aria-expanded", String(!panel.hidden));
    choose(options().findIndex((option) => option.textContent === chosen)); // nothing by itself: Enter searches for what is written
  };
  const options = (): HTMLElement[] => [...panel.querySelectorAll<HTMLElement>("[role=option]")];
  const close = (): void => {
    offering.abort();
    panel.hidden = true;
    input.setAttribute("aria-expanded", "false");
    choose(-1);
  };
  const choose = (place: number): void => {
    const all = options();
    at = place < -1 ? all.length - 1 : place >= all.length ? -1 : place;
    all.forEach((option, each) => option.setAttribute("aria-selected", String(each === at)));
    all[at]?.scrollIntoView({ block: "nearest" });
    if (all[at] && !panel.hidden) input.setAttribute("aria-activedescendant", all[at]?.id ?? "");
    else input.removeAttribute("aria-activedescendant");
  };
  const take = (option: HTMLElement): void => {
    const { put: text = "", whole: all, forget, refused: said = "" } = option.dataset;
    if (forget) return void post(forget, {}).then(offer, () => ((option.lastElementChild as Element).textContent = need("search-said").textContent = said));
    if (all !== undefined) {
      chips.replaceChildren();
      input.value = `${text} `;
    } else {
      const [before, after] = [input.value.slice(0, input.selectionStart ?? 0), input.value.slice(input.selectionStart ?? 0)];
      input.value = before.replace(/\S*:(?:"[^"]*"?|[^\s"]*)$/, "") + text + after;
    }
    changed();
    if (all !== undefined) commit();
  };

  /** It is searched for as it is written; the list has the keys. */
  const commit = (): void => {
    input.value = input.value.trim();
    close();
    if (written()) void post(notedUrl, { q: written() }).catch(() => {});
    if (!main) return form.submit();
    void run(false);
    form.classList.remove("open");
    rows().focus({ preventScroll: true });
  };
  const leave = (): void => {
    close();
    form.classList.remove("open");
    if (main) rows().focus({ preventScroll: true });
    else input.blur();
  };
  const enter = (): boolean => {
    form.classList.add("open");
    if (!input.checkVisibility({ visibilityProperty: true })) return location.assign(form.action), true;
    input.focus();
    input.select();
    return true;
  };

  input.addEventListener("input", changed);
  let quiet = input.autofocus; // the page says itself what one may begin with
  input.addEventListener("focus", () => (quiet ? (quiet = false) : void offer()));
  form.addEventListener("focusout", () => setTimeout(() => form.contains(document.activeElement) || close()));
  input.addEventListener("click", (event) => event.isTrusted || enter());
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = [...chips.children].at(-1);
    if (event.key === "Backspace" && last && !input.selectionStart && !input.selectionEnd) drop(last);
    else if (event.key === "ArrowDown" && panel.hidden && main && written()) leave();
    else if (event.key === "ArrowDown" && panel.hidden) void offer();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") choose(at + (event.key === "ArrowDown" ? 1 : -1));
    else if (event.key === "Enter") at >= 0 && !panel.hidden ? take(options()[at] as HTMLElement) : commit();
    else if (event.key === "Escape") panel.hidden ? leave() : close();
    else return;
    event.preventDefault();
  });
  panel.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  panel.addEventListener("click", ({ target }) => {
    const option = (target as Element).closest<HTMLElement>("[role=option]");
    if (option) take(option);
  });
  chips.addEventListener("click", (event) => {
    event.preventDefault();
    drop((event.target as Element).closest("button")?.parentElement);
  });
  clear.addEventListener("click", () => {
    chips.replaceChildren();
    input.value = "";
    changed();
    input.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    commit();
  });
  main?.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLElement>("[data-order], .search-open");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.classList.contains("search-open")) return void enter();
    order.disabled = !link.dataset["order"];
    void run(false);
  });
  addEventListener("popstate", () => (location.search === shown || new URLSearchParams(location.search).get("q") === new URLSearchParams(shown).get("q")) || location.reload());
  document.addEventListener("keydown", (event) => {
    if (main || document.body.dataset["keys"] === "off" || event.key !== "/" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if ((event.target as Element).closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open], :popover-open")) return;
    if (enter()) event.preventDefault();
  });
  look();
}
