// Documents of a case: each file goes up by itself, chosen or dropped onto the page.

import { getFragment, need } from "./shared.js";
import { drops, failed, sendUp } from "./upload";

const form = document.querySelector<HTMLFormElement>("#send-up");
if (form) begin(form);

function begin(form: HTMLFormElement): void {
  const field = need<HTMLInputElement>("file");
  form.classList.add("scripted"); // without it the form has a button of its own
  field.addEventListener("change", () => {
    send([...(field.files ?? [])]);
    field.value = "";
  });
  drops((there) => form.classList.toggle("over", there), (files) => send(files));
  addEventListener("dragleave", (event) => event.relatedTarget || form.classList.remove("over"));

  function send(files: readonly File[]): void {
    for (const file of files) {
      const words = new URLSearchParams({ name: file.name, type: file.type });
      const { line, request } = sendUp(form, `${form.dataset["url"]}?${words}`, file);
      need("uploads").append(line);
      request.addEventListener("load", () => {
        if (!request.status.toString().startsWith("2")) return failed(line, request.status === 400 ? request.responseText : "");
        line.remove();
        void refresh().catch(() => {});
      });
    }
  }
}

async function refresh(): Promise<void> {
  const now = (await getFragment(location.href)).body.querySelector("#documents");
  if (now) need("documents").replaceWith(now);
}
