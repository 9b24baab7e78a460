// Messages ready to be shown: what was read and what is likely to be read next.

import { aborted, getFragment } from "./shared.js";

const MOST = 200;

/** What the server says of one message: parts of the page around the frame, and the body as text for the frame. */
export interface Shown {
  head: Element[];
  foot: Element[];
  kind: string;
  html: string;
  /** As a row's: unread, starred. */
  looks: Set<string>;
  /** Not read yet by the server: worth showing, not worth keeping. */
  partial: boolean;
  /** How often news had come when it was asked for. */
  asked: number;
}

export function split(article: HTMLElement, asked = 0): Shown {
  const slot = article.querySelector(":scope > .frame-slot");
  const source = slot?.querySelector<HTMLElement>(".body-source");
  const all = [...article.children];
  const at = slot ? all.indexOf(slot) : all.length;
  return {
    head: all.slice(0, at),
    foot: all.slice(at + 1),
    kind: source?.dataset["kind"] ?? "text",
    html: source?.textContent ?? "",
    looks: new Set(article.dataset["looks"]?.split(" ")),
    partial: article.hasAttribute("data-partial"),
    asked,
  };
}

export class MessageCache {
  /** How often news came: what was asked for before the last of them, and was still being read, may have been read since. */
  heard = 0;
  readonly #kept = new Map<string, Promise<Shown>>(); // the least lately used first
  readonly #done = new Map<string, Shown>();
  #controllers = new Map<string, AbortController>();

  /** At once, where it is there. */
  ready(id: string): Shown | undefined {
    return this.#done.get(id);
  }

  get(id: string): Promise<Shown> {
    const known = this.#kept.get(id) ?? this.#fetch(id);
    this.#kept.delete(id);
    this.#kept.set(id, known);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST) break;
      this.forget(oldest);
    }
    return known;
  }

  /** Fetches these beside one another, quietly; nothing is marked as read by it (the server's promise). */
  prefetch(ids: readonly string[]): void {
    for (const id of ids) void this.get(id).catch(() => {});
  }

  /** Stops what is under way and no longer wanted. */
  only(wanted: readonly string[]): void {
    for (const [id, controller] of this.#controllers) if (!wanted.includes(id)) controller.abort();
  }

  put(id: string, shown: Shown): void {
    if (shown.partial) return;
    this.#kept.set(id, Promise.resolve(shown));
    this.#done.set(id, shown);
  }

  forget(id: string): void {
    this.#kept.delete(id);
    this.#done.delete(id);
    this.#controllers.delete(id); // what is under way is not kept, and who asked for it gets what is asked for next
  }

  async #fetch(id: string): Promise<Shown> {
    const controller = new AbortController();
    const asked = this.heard;
    const wanted = (): boolean => this.#controllers.get(id) === controller;
    this.#controllers.set(id, controller);
    try {
      const { body } = await getFragment(`/messages/${id}/pane/`, controller.signal);
      const article = body.querySelector<HTMLElement>("article.message");
      if (!article) throw new Error(`no message in the pane of ${id}`);
      const shown = split(article, asked);
      if (!wanted()) return this.#kept.get(id) ?? shown; // something else is to be said of it since
      shown.partial ? this.forget(id) : this.#done.set(id, shown);
      return shown;
    } catch (error) {
      if (!wanted() && this.#kept.has(id)) return this.get(id);
      this.forget(id);
      if (!aborted(error)) console.warn(error);
      throw error;
    } finally {
      if (wanted()) this.#controllers.delete(id);
    }
  }
}
