// Keys: "/" goes to the field, up and down from there through what was found.

const field = document.getElementById("q");

function hits() {
  return [...document.querySelectorAll("#hits a")];
}

function move(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const stops = [field, ...hits()], at = stops.indexOf(document.activeElement);
  if (at < 0 || !stops[at + step]) return;
  event.preventDefault();
  stops[at + step].focus();
}

function jump(event) {
  const isTyping = event.target.closest("input, select, textarea, [contenteditable]");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  field.focus();
  field.select();
}

// What comes with "Show more" takes the place of the link: whoever pressed it stays there.
function stay({ detail }) {
  if (!detail.requestConfig.triggeringEvent?.target?.closest?.(".more")) return;
  hits().find((link) => !seen.has(link.href))?.focus();
}

let seen = new Set();
if (field) {
  document.addEventListener("keydown", move);
  document.addEventListener("keydown", jump);
  document.body.addEventListener("htmx:beforeSwap", () => { seen = new Set(hits().map((link) => link.href)); });
  document.body.addEventListener("htmx:afterSettle", stay);
}
