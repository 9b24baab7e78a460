// Writing a letter. The page is the server's form and works without this; this saves by itself, and makes it a place to write in.

import { Editor } from "./compose-editor";
import { Files } from "./compose-files";
import { People } from "./compose-people";
import { Saver } from "./compose-save";
import { fromTemplate, need, parse } from "./shared.js";

interface Answer {
  url?: string; // sent: where it is told
  risks?: { key: string; text: string }[];
  wrong?: string;
}

const HEAVY = 5_000_000; // bytes of files
const docked = window.parent !== window;
const tell = (compose: string): void => window.parent.postMessage({ compose }, location.origin);

function start(form: HTMLFormElement): void {
  const notices = need("notices");
  const sender = need<HTMLSelectElement>("sender");
  const subject = need<HTMLInputElement>("subject");
  const editor = new Editor();
  const fields: People[] = [];
  // Also where the browser posts it: a draft that is thrown away goes with what stands in it, and comes back with that.
  form.addEventListener("formdata", ({ formData: body }) => {
    for (const field of fields) body.set(field.name, field.value);
    body.set("html", editor.html);
    body.set("text", editor.plain);
    body.set("enclosed", files.ids.join(" "));
  });
  const collect = (): FormData => new FormData(form);
  const saver = new Saver(form, collect);
  const files = new Files(form, (url, body) => saver.post(url, body));
  saver.onWrong = (words) => refuse(words);
  saver.heavy = () => files.size > HEAVY;
  const peopleUrl = form.dataset["peopleUrl"] ?? "";
  for (const input of form.querySelectorAll<HTMLInputElement>("input[data-people]"))
    fields.push(new People(input, peopleUrl, (body) => saver.post(peopleUrl, body)));

  let acting = false;
  const busy = (): boolean => acting || saver.stopped; // or the page is being left
  /** What is pressed while something is being answered is not done, and looks so. */
  const once = async (task: () => Promise<void>, failed = "t-unanswered"): Promise<void> => {
    if (busy()) return;
    form.setAttribute("aria-busy", String((acting = true)));
    await task().then(() => notices.querySelector(`.${failed}`)?.remove(), () => notice(failed)).finally(() => form.setAttribute("aria-busy", String((acting = false))));
  };
  addEventListener("beforeunload", (event) => !saver.stopped && (acting || files.busy) && event.preventDefault());
  const notice = (id: string, replaces = true): HTMLElement | null => {
    const made = fromTemplate(id);
    if (replaces) notices.querySelector(`.${id}`)?.remove();
    made?.classList.add(id);
    made?.querySelector("[data-close]")?.addEventListener("click", () => made.remove());
    notices.append(made ?? "");
    return made;
  };
  const changed = (): void => saver.changed();
  const apply = (body: FormData): void => {
    const values = new Map([...body].map(([name, value]) => [name, String(value)]));
    subject.value = values.get("subject") ?? "";
    for (const select of [sender, need<HTMLSelectElement>("case")]) select.value = values.get(select.name) ?? select.value;
    for (const name of ["receipt", "case_shared"]) form.querySelector<HTMLInputElement>(`[name=${name}]`)!.checked = values.has(name);
    for (const field of fields) field.set(values.get(field.name) ?? "");
    editor.set(values.get("html") ?? "", values.get("text") ?? "", values.get("mode") === "rich");
    if (!values.get("quoted")) editor.dropQuote();
  };

  // what was not saved
  let ours = collect;
  const stale = (): void => {
    if (notices.querySelector(".t-stale")) return; // its button may just be pressed
    notice("t-stale")?.querySelector("[data-both]")?.addEventListener("click", () => void once(() => both(ours())));
  };
  const both = async (ours: FormData): Promise<void> => {
    const answer = await saver.post(form.dataset["copyUrl"] ?? "", ours);
    if (!answer.ok) throw new Error(String(answer.status));
    const { url } = (await answer.json()) as { url: string };
    open(location.href, "_blank");
    saver.stop();
    location.assign(url);
  };
  saver.onStale = () => ((ours = collect), stale());
  const kept = saver.restore();
  if (kept?.stale) {
    ours = () => kept.body;
    void saver.arrived(kept.body).then((has) => (has ? (ours = collect) : stale()), stale);
  } else if (kept) {
    apply(kept.body);
    notice("t-restored");
    changed();
    void saver.flush(); // while it is what a closed page may just be sending
  }

  // the sender
  let chosen = sender.value;
  sender.addEventListener("change", () => {
    const option = sender.selectedOptions[0];
    editor.swapSignature(chosen, sender.value);
    chosen = sender.value;
    need("files-total").lastElementChild!.textContent = option?.dataset["sizeWords"] ?? "";
    form.dataset["sizeLimit"] = option?.dataset["sizeLimit"] ?? "";
    need("sender-box").className = `sender-box ${option?.dataset["colour"] ?? ""}`;
    const said = need("sender-said");
    said.textContent = `${said.dataset["words"]} ${option?.textContent?.trim()}`;
    changed();
  });

  // Cc and Bcc are in sight once they are wanted
  for (const button of form.querySelectorAll<HTMLElement>("[data-shows]")) {
    const line = need(button.dataset["shows"] ?? "");
    const field = fields.find(({ input }) => line.contains(input));
    line.hidden = !field?.value;
    button.hidden = !line.hidden;
    button.addEventListener("click", () => {
      line.hidden = false;
      button.hidden = true;
      field?.input.focus();
    });
  }

  // reply to one or to all: a switch
  form.querySelector("[data-everybody]")?.addEventListener("click", (event) => {
    const button = event.currentTarget as HTMLElement;
    for (const field of fields) {
      field.set([field.value, button.dataset[field.name]].filter(Boolean).join("\n")); // whom its writer named stays
      const line = field.input.closest<HTMLElement>(".line");
      if (line && field.name !== "to") line.hidden = !field.value;
    }
    button.closest(".strip")?.remove();
    changed();
  });

  // what is written
  editor.onChange = changed;
  editor.onFiles = (list, inline) => files.send(list, inline);
  files.onInline = (address, name) => editor.insertImage(address, name);
  files.onChange = changed;
  for (const field of fields) field.onChange = changed;
  subject.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("paste", (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    if (event.defaultPrevented || !pasted.length) return;
    event.preventDefault();
    files.send(pasted, editor.rich && Boolean((event.target as Element).closest("#editor")));
  });
  for (const button of document.querySelectorAll<HTMLElement>("[data-template]"))
    button.addEventListener("click", (event) => {
      event.preventDefault();
      editor.insertTemplate(need<HTMLTemplateElement>(button.dataset["template"] ?? ""));
      subject.value ||= button.dataset["subject"] ?? "";
      need("template-menu").hidePopover();
    });

  // leaving
  const saved = async (): Promise<boolean> => {
    const done = await saver.flush();
    if (!done && !saver.refused) throw new Error("not saved");
    return done;
  };
  const closed = (): void => (docked ? tell("closed") : location.assign(form.dataset["homeUrl"] ?? "/"));
  const close = async (): Promise<void> => {
    await Promise.all(fields.map((field) => field.settled()));
    if (files.busy) return void notice("t-uploading");
    if (!(await saved())) return;
    await saver.keep();
    saver.stop();
    closed();
  };
  const send = async (extra: [string, string][] = []): Promise<void> => {
    notices.querySelector(".t-unknown")?.remove();
    await Promise.all(fields.map((field) => field.settled()));
    if (files.busy) return void notice("t-uploading");
    if (files.failed) return void notice("t-unattached");
    if (!(await saved())) return;
    const body = collect();
    for (const [name, value] of extra) name === "agreed" ? body.append(name, value) : body.set(name, value);
    const answer = await saver.post(form.dataset["sendUrl"] ?? "", body).catch(() => null);
    if (answer?.status === 409) return saver.onStale();
    if (!answer?.ok) return void notice("t-unknown"); // it may have been heard: the same again is told to have gone
    const { url, risks, wrong } = (await answer.json()) as Answer;
    if (risks) return ask(risks, extra);
    if (wrong) return refuse(wrong);
    saver.stop();
    location.assign(url ?? "/");
  };
  const sendOnce = (extra?: [string, string][]): void => void once(() => send(extra), "t-unsent");
  const refuse = (words: string): void => {
    const said = notice("t-wrong");
    if (said) (said.querySelector("[data-field=words]") as HTMLElement).textContent = words;
    if (!fields.some(({ value }) => value)) fields[0]?.input.focus();
  };
  const ask = (risks: { key: string; text: string }[], extra: [string, string][]): void => {
    const dialog = need<HTMLDialogElement>("risk-dialog");
    const lines = risks.map(({ text }) => {
      const line = document.createElement("li");
      line.textContent = text;
      return line;
    });
    need("risks").replaceChildren(...lines);
    dialog.returnValue = "";
    dialog.onclose = () => {
      if (dialog.returnValue === "send") sendOnce([...extra, ...risks.map(({ key }): [string, string] => ["agreed", key])]);
      else editor.focus();
    };
    dialog.showModal();
  };
  const zip = async (): Promise<void> => {
    if (!(await saved())) return;
    const answer = await saver.post(form.dataset["zipUrl"] ?? "", collect());
    if (!answer.ok) throw new Error(String(answer.status));
    const { password, files: html, wrong } = (await answer.json()) as { password: string; files: string; wrong?: string };
    if (wrong) return refuse(wrong);
    files.replace(html);
    need<HTMLInputElement>("zip-password").value = password;
    need<HTMLDialogElement>("zip-dialog").showModal();
  };
  let picking = 0;
  const pick = async (query: string): Promise<void> => {
    const dialog = need<HTMLDialogElement>("pick-dialog");
    const ours = (picking += 1);
    const asked = new URLSearchParams({ q: query, case: need<HTMLSelectElement>("case").value });
    const answer = await fetch(`${form.dataset["pickUrl"]}?${asked}`, { redirect: "manual" });
    const body = parse(await answer.text());
    if (ours !== picking) return; // another was asked for meanwhile
    if (!answer.ok) throw new Error(String(answer.status));
    need("picked").replaceChildren(...body.querySelectorAll("#picked > *"));
    if (!dialog.open) dialog.showModal();
  };
  const unpicked = (): void => (need<HTMLDialogElement>("pick-dialog").close(), void notice("t-unanswered"));
  need("pick-dialog").addEventListener("submit", (event) => {
    const button = (event as SubmitEvent).submitter as HTMLButtonElement | null;
    if (button?.name !== "part" && button?.id !== "pick-search") return;
    event.preventDefault();
    if (button.id === "pick-search") return void pick(need<HTMLInputElement>("pick-query").value).catch(unpicked);
    const body = new FormData();
    body.set("part", button.value);
    void saver.post(form.dataset["pickUrl"] ?? "", body).then(async (answer) => {
      if (!answer.ok && answer.status !== 400) throw new Error(String(answer.status));
      const told = await answer.text();
      need<HTMLDialogElement>("pick-dialog").close();
      if (!answer.ok) return refuse(told);
      files.replace(told);
      changed();
    }).catch(unpicked);
  });

  form.addEventListener("submit", (event) => {
    const button = event.submitter as HTMLButtonElement | null;
    const act = button?.value ?? "send";
    if (act === "discard") return busy() ? event.preventDefault() : saver.stop(); // the browser posts it
    event.preventDefault();
    if (act === "zip") void once(zip);
    else if (act === "pick") void once(() => pick(""));
    else if (act === "close") void once(close);
    else if (act === "later") sendOnce([["do", "later"], ["when", button?.dataset["when"] ?? need<HTMLInputElement>("when").value]]);
    else sendOnce();
  });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || document.querySelector("dialog[open], :popover-open")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.altKey) sendOnce();
    else if (event.key === "Escape" && !event.defaultPrevented) void once(close);
    else return;
    event.preventDefault();
  }, true);
  for (const button of document.querySelectorAll<HTMLElement>("[data-dock]")) {
    button.hidden = !docked;
    button.addEventListener("click", () => tell(button.dataset["dock"] ?? ""));
  }
  for (const button of document.querySelectorAll<HTMLElement>("[data-copy]"))
    button.addEventListener("click", () => {
      need<HTMLInputElement>(button.dataset["copy"] ?? "").select();
      document.execCommand("copy"); // the clipboard's own interface is only there over HTTPS
    });
  document.documentElement.classList.toggle("docked", docked);
  if (docked) tell("open"); // what was a line at the foot is a letter again
  if (docked && window.parent.document.activeElement !== window.frameElement) return; // they have gone on with something else
  if (fields.some(({ value }) => value) || kept) editor.focus();
  else fields[0]?.input.focus();
}

const draft = document.getElementById("draft") as HTMLFormElement | null;
if (draft) start(draft);

/** A signature, a template: the same editor in an ordinary form. */
const written = document.getElementById("written") as HTMLFormElement | null;
if (written) {
  const editor = new Editor();
  const typed = document.getElementById("typed") as HTMLTextAreaElement | null; // what could not be saved, as it was typed
  if (typed) editor.set(typed.value, "", true);
  written.addEventListener("submit", () => (need<HTMLInputElement>("html").value = editor.html));
}
