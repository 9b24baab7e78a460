// The keys of the mail surface: j and k walk the list of messages (Gmail's set).

function rows(): HTMLElement[] {
  return Array.from(document.querySelectorAll<HTMLElement>("[data-message-row]"));
}

function step(by: number): void {
  const all = rows();
  const here = all.findIndex((row) => row.contains(document.activeElement));
  all[Math.min(Math.max(here + by, 0), all.length - 1)]?.focus();
}

document.addEventListener("keydown", (event) => {
  const writing = (event.target as HTMLElement).closest("input, textarea, select, [contenteditable]");
  if (writing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j") step(1);
  if (event.key === "k") step(-1);
});
