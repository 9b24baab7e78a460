// Fragments by address.

import { parse, say } from "./dom";

export interface Fragment {
  body: HTMLElement;
  /** X-Total: how many rows the folder has now; NaN where the answer does not tell. */
  total: number;
}

/** It is no more, or this person sees it no longer. */
export class Gone extends Error {}

/** The session has ended: the server answers with the sign-in page. */
export const signIn = (): void => (say("teczka:leaving", null), location.reload());

/** Back to the list, without the message that was opened in it. */
export function withoutMessage(): void {
  say("teczka:leaving", null);
  const url = new URL(location.href);
  url.searchParams.delete("m");
  location.replace(url);
}

/** Raises on anything but 200. Where the session has ended, Django redirects to the sign-in page: then the page goes there too. */
export async function getFragment(url: string, signal?: AbortSignal): Promise<Fragment> {
  // What was said to the person stands on the next page, not in a piece of this one: teczka/web/said.py.
  const response = await fetch(url, { redirect: "manual", headers: { "X-Fragment": "1" }, ...(signal ? { signal } : {}) });
  if (response.type === "opaqueredirect") signIn();
  if (response.status === 404) throw new Gone(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const text = await response.text();
  return { body: parse(text), total: Number(response.headers.get("X-Total") ?? NaN) };
}

/** The server understood and will not: `said` is why, in the person's language. */
export class Refused extends Error {
  constructor(readonly said: string) {
    super(said);
  }
}

const OVERLOADED = new Set([408, 429, 502, 503, 504]);
const OUTLIVES = 60_000; // characters: a browser sends no more that is to outlive its page, and a larger request not at all

/** Raises Refused where the server will not; whatever else it raises means that it may be told again. */
export async function post(url: string, fields: Record<string, string | readonly string[]>): Promise<unknown> {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) for (const each of [value].flat()) body.append(name, each);
  const token = document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
  const keepalive = body.toString().length < OUTLIVES;
  const response = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token }, redirect: "manual", keepalive });
  if (response.type === "opaqueredirect") return signIn(), new Promise(() => {}); // neither done nor refused: the next page tells it
  if (response.ok) return response.json();
  if (OVERLOADED.has(response.status)) throw new Error(`${url}: ${response.status}`);
  const told = (await response.json().catch(() => ({}))) as { said?: string };
  throw new Refused(told.said ?? "");
}

export function aborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
