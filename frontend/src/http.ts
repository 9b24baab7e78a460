// Fragments by address.

import { parse } from "./dom";

export interface Fragment {
  body: HTMLElement;
  /** X-Total: how many rows the folder has now; NaN where the answer does not tell. */
  total: number;
}

/** Raises on anything but 200. Where the session has ended, Django redirects to the sign-in page: then the page goes there too. */
export async function getFragment(url: string, signal?: AbortSignal): Promise<Fragment> {
  const response = await fetch(url, { redirect: "manual", ...(signal ? { signal } : {}) });
  if (response.type === "opaqueredirect") location.reload();
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const text = await response.text();
  return { body: parse(text), total: Number(response.headers.get("X-Total") ?? NaN) };
}

export function aborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
