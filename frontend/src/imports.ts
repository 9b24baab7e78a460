// Mail out of files: those that are chosen or dropped together are one going; each goes up by itself.

import { fill, fromTemplate, need, post, Refused } from "./shared.js";
import { drops, failed, sendUp } from "./upload";

const TOGETHER = 3; // on their way at a time

const form = document.querySelector<HTMLFormElement>("#bring-in");
if (form) begin(form);

function begin(form: HTMLFormElement): void {
  const field = need<HTMLInputElement>("file");
  const folder = form.elements.namedItem("folder") as HTMLInputElement;
  form.classList.add("scripted"); // without it the form has a button of its own
  field.addEventListener("change", () => {
    void send([...(field.files ?? [])]);
    field.value = "";
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  drops((there) => form.classList.toggle("over", there), (files) => void send(files));
  addEventListener("dragleave", (event) => event.relatedTarget || form.classList.remove("over"));

  async function send(files: readonly File[]): Promise<void> {
    if (!files.length) return;
    if (!folder.reportValidity()) return folder.focus();
    let address: string;
    try {
      address = ((await post(form.dataset["begin"] ?? "", { folder: folder.value })) as { files: string }).files;
    } catch (refused) {
      const line = fromTemplate("t-upload") as HTMLElement;
      fill(line, "name", folder.value);
      need("uploads").append(line);
      return failed(line, refused instanceof Refused ? refused.said : "");
    }
    const waiting = [...files];
    const next = (): void => {
      const file = waiting.shift();
      if (!file) return;
      const { line, request } = sendUp(form, `${address}?${new URLSearchParams({ name: file.name })}`, file);
      need("uploads").append(line);
      request.addEventListener("load", () => {
        if (request.status === 204) line.remove();
        else failed(line, request.status === 400 ? request.responseText : "");
      });
      request.addEventListener("loadend", next);
    };
    for (let lane = 0; lane < TOGETHER; lane++) next();
  }
}
