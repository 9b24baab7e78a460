// Where mail belongs: the folder that it lies in, and the cases that it is filed to. What the strip over a message offers is done by the
// mail core, with its toast and its z; without this its forms are sent as forms.

import { pickLabels } from "./labels";
import { draggable, pickFolder } from "./moving";
import type { Chosen } from "./palette";
import { need, say } from "./shared.js";

const MANY = 200; // messages that the page which groups them takes

type Fields = Record<string, string>;
/** `whole`: all of a list is meant, and which. It goes with the act: until that is told another list may stand there. */
type Concerned = { ids: readonly string[]; whole: Fields };

function file(fields: Fields, ids?: readonly string[]): void {
  say("teczka:act", { verb: "file", url: "/filing/", fields, ...(ids ? { ids } : {}) });
}

/** One message: to a case from the picker. Several: by groups, as each is suggested; so many that no page shows them, as one does. */
function pick(): boolean {
  const { ids, whole } = concerned();
  const everything = "everything" in whole;
  if (ids.length > 1 && ids.length <= MANY && !everything) {
    location.assign(`/filing/choose/?${new URLSearchParams(ids.map((id) => ["message", id])).toString()}`);
    return true;
  }
  const then = (chosen: Chosen): void => {
    if (chosen.how === "add") return location.assign(`/cases/new/?${new URLSearchParams({ name: chosen.name }).toString()}`);
    file({ case: chosen.id, how: everything ? "batch" : "picker", ...whole }, ids);
    if (chosen.how === "open") location.assign(`/cases/${chosen.id}/`);
  };
  return ids.length > 0 && (document.dispatchEvent(new CustomEvent("teczka:pick-case", { detail: { does: "file", then } })), true);
}

/** The labels of what is marked or chosen; false where that is nothing, or not one's own. */
function label(): boolean {
  const { ids, whole } = concerned();
  if (!ids.length || main?.dataset["role"] === "shared") return false;
  void pickLabels(ids, whole).catch(() => location.assign(`/labels/?${new URLSearchParams(ids.map((id) => ["message", id])).toString()}`));
  return true;
}

/** A rule like the chosen message. */
function rule(): boolean {
  const [message] = concerned().ids;
  if (!message || main?.dataset["role"] === "shared") return false;
  location.assign(`/rules/add/?${new URLSearchParams({ message }).toString()}`);
  return true;
}

function aside(ids?: readonly string[]): void {
  say("teczka:act", { verb: "set_aside", url: "/filing/aside/", ...(ids ? { ids } : {}) });
}

/** What a key would act on: the core knows. */
function concerned(): Concerned {
  const detail: Concerned = { ids: [], whole: {} };
  say("teczka:concerned", detail);
  return detail;
}

/** A form of the strip, as its pressed button says. */
function send(form: HTMLFormElement, submitter: HTMLElement | null): void {
  const told = new FormData(form, submitter);
  const id = form.closest<HTMLElement>("#filing")?.dataset["message"] ?? "";
  if (form.matches(".offer")) {
    const fields = { scope: String(told.get("scope")), case: String(told.get("case")) };
    form.hidden = true;
    return void say("teczka:act", { verb: "share", url: form.action, fields, ids: [id] });
  }
  if (submitter?.matches("[data-aside]")) return aside([id]);
  const url = submitter?.getAttribute("formaction");
  if (url) return void fetch(url, { method: "POST", body: told, redirect: "manual" }).then(() => say("teczka:renew", [id]));
  if (form.matches(".filed")) {
    form.hidden = true;
    return void say("teczka:act", { verb: "unfile", url: form.action, ids: [id] });
  }
  for (const name of ["csrfmiddlewaretoken", "message", "next"]) told.delete(name);
  const chosen = submitter?.closest(".choice")?.querySelector("button[name=case]")?.lastChild?.textContent;
  const chip = document.createElement("span");
  chip.className = "case-chip";
  chip.textContent = chosen ?? "";
  form.replaceChildren(chip); // at once; the strip as the server has it comes with its answer
  file(Object.fromEntries([...told].map(([name, value]) => [name, String(value)])), [id]);
}

const main = document.getElementById("mail");
if (main) {
  draggable(main, need("rows"), (id) => file({ case: id.case, how: "drag" }, id.ids));
  document.addEventListener("teczka:action", (event) => {
    const { detail } = event as CustomEvent<string>;
    const does: Record<string, () => boolean> = { move: () => pickFolder(main), file: pick, label, rule };
    if (does[detail]?.()) event.preventDefault();
    if (detail === "aside" && document.querySelector("#filing [data-aside]")) event.preventDefault(), aside();
  });
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest("a[data-pick], a[data-labels]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    if (link.matches("[data-pick]") ? pick() : label()) event.preventDefault();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.closest("#filing")) return;
    event.preventDefault();
    send(form, event.submitter);
  });
}
