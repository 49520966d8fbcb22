// Looks at the queue every two seconds while somebody looks at the page, at the plots more seldom.
import { tellTimes } from "./app.js";

const NOW_MS = 2000, PAST_MS = 20000;
const now = document.getElementById("now"), past = document.getElementById("past");
const failures = document.getElementById("failures"), engine = document.getElementById("engine");

const isSeen = () => !document.hidden && !document.querySelector("dialog[open]");

setInterval(() => isSeen() && htmx.trigger(now, "look"), NOW_MS);
setInterval(() => {
  const span = past.querySelector("[data-span]")?.dataset.span;
  const isRead = past.querySelector("details[open]") !== null;  // it would be shut
  if (isSeen() && span && !isRead) htmx.ajax("GET", `/ui/queue/history?span=${span}`, { target: past, swap: "morph:innerHTML" });
}, PAST_MS);

engine.addEventListener("change", () => {
  failures.dataset.again = `/ui/queue/failures?fresh=1&engine=${encodeURIComponent(engine.value)}`;
});
document.body.addEventListener("htmx:afterSettle", (swap) => tellTimes(swap.target));
