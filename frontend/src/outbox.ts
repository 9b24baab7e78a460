// A letter that was sent and can be taken back for some seconds: how many are left, and Z.

const toast = document.getElementById("main");
const left = document.getElementById("left");
const undo = document.getElementById("undo");
const docked = window.parent !== window;
const until = Date.parse(toast?.dataset["until"] ?? "");
const UNDO = 10_000; // ms that what can be taken back stands in the dock
const LINGER = 4_000; // ms that something is told in the dock, or until it is looked for again

const leave = (): void => window.parent.postMessage({ compose: "closed" }, location.origin);
if (docked) {
  document.documentElement.classList.add("docked");
  window.parent.postMessage({ compose: "toast" }, location.origin);
  document.getElementById("close")?.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
}
addEventListener("message", ({ origin, data }: MessageEvent<{ compose?: string }>) => {
  if (origin === location.origin && data.compose === "undo") undo?.click();
});
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "z" && !event.altKey) undo?.click();
  else if (event.key === "Escape" && docked) leave();
});

const tick = (): void => {
  const seconds = Math.ceil((until - Date.now()) / 1_000);
  if (left) left.textContent = seconds > 0 ? ` ${seconds} s` : "";
  if (seconds > 0) return void setTimeout(tick, 250);
  if (docked) leave();
  else setTimeout(() => location.reload(), LINGER);
};
if (left && until) tick();
else if (docked && toast?.dataset["stays"] === undefined) setTimeout(leave, undo ? UNDO : LINGER);

export {};
