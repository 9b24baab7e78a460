// Labels: the list of them over the messages that they are put on, or taken off. What came of it the mail core tells, with its toast and its z.

import { popUp } from "./popup";
import { say } from "./shared.js";

const MANY = 200; // messages of which the server says what they bear

/** Of these, and no others that are chosen or marked until it is answered. */
export async function pickLabels(ids: readonly string[], whole: Record<string, string>): Promise<void> {
  const named = "everything" in whole || ids.length > MANY ? [] : ids;
  const query = new URLSearchParams([["in", "dialog"], ...named.map((id) => ["message", id])]);
  const dialog = await popUp(`/labels/?${query.toString()}`, "label", "labels-title");
  for (const box of dialog?.querySelectorAll<HTMLInputElement>("[data-some]") ?? []) box.indeterminate = true;
  dialog?.addEventListener("submit", (event) => {
    const told = new FormData(event.target as HTMLFormElement);
    const [on, was] = [told.getAll("on").map(String), told.getAll("was").map(String)];
    const name = String(told.get("name") ?? "").trim();
    if (name || on.join() !== was.join()) say("teczka:act", { verb: "label", url: "/labels/", ids, fields: { on, was, name, ...whole } });
  });
}
