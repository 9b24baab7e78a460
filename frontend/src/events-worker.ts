// One stream for all of a browser's windows of one person: browsers allow six connections to a server over HTTP/1.1, and windows of
// mail stay open for days.

import { Stream } from "./stream";

const scope = self as unknown as { onconnect: (event: MessageEvent) => void; name: string };
const pages = new Set<MessagePort>();
const stream = new Stream(scope.name.slice(scope.name.indexOf(" ") + 1), (news) => {
  for (const page of pages) page.postMessage(news);
});

scope.onconnect = (event) => {
  const page = event.ports[0] as MessagePort;
  pages.add(page);
  page.onmessage = ({ data }) => {
    if (data === "bye") pages.delete(page);
    else pages.add(page); // back from the browser's memory
    if (pages.size) stream.open();
    else stream.close();
  };
  stream.open();
  if (stream.up) page.postMessage({ kind: "up", up: true });
};
