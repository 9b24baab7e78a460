// Live events: from the worker that the browser's windows share; from a stream of this page's own where there is no such worker.

import { Stream, type News } from "./stream";

// ms: another window of this browser may have changed the password, and its new session's cookie is just coming. Who asks with the old one
// has both taken away.
const MOMENT = 1_000;
let going = false; // somewhere already, as whoever signs out or changes their password here: that is not broken off
addEventListener("beforeunload", () => ((going = true), setTimeout(() => (going = false), 10_000))); // they may have stayed, asked

export function listen(url: string, script: string, viewer: string, hear: (news: News) => void): void {
  const tell = (news: News): void => (news.kind === "signout" ? void setTimeout(() => going || hear(news), MOMENT) : hear(news));
  if (typeof SharedWorker === "undefined" || !script) return direct(url, tell);
  // The name makes it this person's worker: another who signs in from the same browser gets another.
  const worker = new SharedWorker(script, { name: `${viewer} ${url}` });
  worker.addEventListener("error", () => direct(url, tell), { once: true });
  worker.port.onmessage = ({ data }: MessageEvent<News>) => tell(data);
  addEventListener("pagehide", () => worker.port.postMessage("bye"));
  addEventListener("pageshow", (event) => event.persisted && worker.port.postMessage("back"));
}

function direct(url: string, tell: (news: News) => void): void {
  const stream = new Stream(url, tell);
  stream.open();
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (event) => event.persisted && stream.open());
}
