// Acts on mail that no server has answered yet (acts.ts tells of them): kept in this browser, so that a page that closes loses none, and
// told by the same person's next page. Each bears a key of its own: told twice, it is done once.

import { post, Refused } from "./shared.js";

const AGAIN = 15_000; // ms before what met no server is told again

export type Telling = { key: string; url: string; fields: Record<string, string | readonly string[]> };

const mine = `act ${document.body.dataset["viewer"]} `;
const names = (): string[] => Object.keys(localStorage).filter((name) => name.startsWith("act ")).sort(); // each person's as they were done
const own = new Map<string, string>(); // of this page's, their names by their keys
let untold = false; // one of them met no server

document.addEventListener("teczka:telling", ({ detail }: CustomEventInit<Telling>) => {
  if (!detail || "everything" in detail.fields) return; // told once, or not at all
  const kept = `${mine}${Date.now()} ${detail.key}`;
  own.set(detail.key, kept);
  try {
    localStorage.setItem(kept, JSON.stringify(detail));
  } catch {
    // No room: it waits in this page alone, which says so before it is closed.
  }
});
document.addEventListener("teczka:untold", () => (untold = true));
document.addEventListener("teczka:leaving", () => (untold = false)); // to the door, and back
document.addEventListener("teczka:told", ({ detail }: CustomEventInit<string>) => {
  untold = false;
  localStorage.removeItem(own.get(detail ?? "") ?? "");
});
addEventListener("beforeunload", (event) => untold && event.preventDefault());

/** All that waits, in its order. Raises where no server answers; what is refused is said. */
export async function tellWaiting(which: (name: string) => boolean = () => true): Promise<void> {
  for (const each of names().filter((name) => name.startsWith(mine) && which(name))) {
    const { url, fields } = JSON.parse(localStorage.getItem(each) ?? "{}") as Partial<Telling>;
    if (!url || !fields) continue; // told meanwhile, by its own page
    await post(url, fields).catch((error: unknown) => {
      if (!(error instanceof Refused)) throw error;
      document.getElementById("notice")?.append(Object.assign(document.createElement("p"), { className: "notice bad", textContent: error.said }));
    });
    localStorage.removeItem(each);
  }
}

/** What closed pages left; and nobody else's stays here. */
export function tellLeft(): void {
  for (const each of names()) if (!each.startsWith(mine)) localStorage.removeItem(each);
  const left = (name: string): boolean => ![...own.values()].includes(name);
  const tell = (): void => void tellWaiting(left).catch(() => setTimeout(tell, AGAIN));
  tell();
}
