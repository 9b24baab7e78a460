// A piece of the server's in a dialog over the page, which goes as it closes.

import { getFragment } from "./shared.js";

/** `title`: the id of what names it. Null where another has come to stand there until it was answered: one key opens one. */
export async function popUp(url: string, kind: "label" | "share" | "task", title: string): Promise<HTMLDialogElement | null> {
  const { body } = await getFragment(url);
  await dress(body);
  if (document.querySelector("dialog[open]")) return null;
  const dialog = document.createElement("dialog");
  dialog.className = `help-dialog ${kind}-dialog`;
  dialog.setAttribute("aria-labelledby", title);
  dialog.append(...body.childNodes);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", ({ target }) => (target as Element).closest("[data-close]") && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** The stylesheets that came with a fragment: once a page, and there before it is seen. */
async function dress(body: Element): Promise<void> {
  const sheets = [...body.querySelectorAll<HTMLLinkElement>("link")];
  for (const sheet of sheets) sheet.remove();
  const fresh = sheets.filter((sheet) => !document.head.querySelector(`link[href="${CSS.escape(sheet.getAttribute("href") ?? "")}"]`));
  const ready = fresh.map((sheet) => new Promise((done) => (sheet.onload = sheet.onerror = done)));
  document.head.append(...fresh);
  await Promise.all(ready);
}
