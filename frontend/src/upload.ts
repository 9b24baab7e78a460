// A file on its way up, with its progress and a way to stop it. The page has templates for its line: t-upload and t-upload-failed.

import { fill, fromTemplate } from "./shared.js";

/** It goes as the body of a request, by itself, in the form's name; the line is the caller's to place. */
export function sendUp(form: HTMLFormElement, address: string, file: File): { line: HTMLElement; request: XMLHttpRequest } {
  const line = fromTemplate("t-upload") as HTMLElement;
  const bar = line.querySelector("progress") as HTMLProgressElement;
  const request = new XMLHttpRequest(); // fetch tells nothing of how far it is
  fill(line, "name", file.name);
  line.querySelector("button")?.addEventListener("click", () => request.abort());
  request.open("POST", address);
  request.setRequestHeader("X-CSRFToken", (form.elements.namedItem("csrfmiddlewaretoken") as HTMLInputElement).value);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.upload.addEventListener("progress", ({ loaded, total }) => (bar.value = total ? loaded / total : 0));
  request.addEventListener("abort", () => line.remove());
  request.addEventListener("error", () => failed(line, ""));
  request.send(file);
  return { line, request };
}

/** `said`: why, in the person's language; "" where nobody answered. */
export function failed(line: HTMLElement, said: string): void {
  const notice = fromTemplate("t-upload-failed") as HTMLElement;
  fill(notice, "name", line.querySelector('[data-field="name"]')?.textContent ?? "");
  if (said) fill(notice, "said", said);
  notice.querySelector("button")?.addEventListener("click", () => notice.remove());
  line.replaceWith(notice);
}

/** Files that are dragged over the page: `over` shows where they may fall, and hears when they no longer do. */
export function drops(over: (there: boolean) => void, dropped: (files: readonly File[], target: Element) => void): void {
  const carries = (event: DragEvent): boolean => Boolean(event.dataTransfer?.types.includes("Files"));
  addEventListener("dragenter", (event) => carries(event) && over(true));
  addEventListener("dragover", (event) => carries(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    over(false);
    if (!carries(event)) return;
    event.preventDefault();
    event.stopPropagation();
    dropped([...(event.dataTransfer?.files ?? [])], event.target as Element);
  }, true);
}
