// What a cleaning would delete, and doing it; finding a setting.
import { ask, say } from "./app.js";
import { isSure } from "./operators.js";

const WHY = { age: "older than they are kept", count: "more than are kept", storage: "more space than they may take" };
const shown = document.getElementById("overdue"), deed = document.getElementById("overdue-deed");

document.getElementById("look").addEventListener("click", async () => {
  const would = await ask("POST", "/v1/clean?dry_run=true");
  if (would) show(would);
});

document.getElementById("clean").addEventListener("click", async () => {
  const why = "They go for good, with their documents and results.";
  if (!(await isSure("Delete them now", { sure: why }))) return;
  let count = 0, part = { more: true };
  while (part?.more) {
    part = await ask("POST", "/v1/clean");
    count += part?.jobs ?? 0;
    if (part && !part.jobs) break;
  }
  if (part) say(`${jobs(count)} went. Workers free their space within a minute or so.`, "good");
  shown.replaceChildren();
  deed.hidden = true;
});

function show(would) {
  deed.hidden = !would.jobs;
  const told = document.createElement("p");
  const many = would.more ? "At least " : "";
  told.textContent = would.jobs
    ? `${many}${jobs(would.jobs)} would go, and ${size(would.bytes)} with them.`
    : "Nothing has to go.";
  const list = document.createElement("ul");
  for (const [reason, count] of Object.entries(would.reasons)) {
    list.append(item(`${count.toLocaleString("en")}: ${WHY[reason] ?? reason}`));
  }
  const which = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = would.jobs > would.examples.length ? `The first ${would.examples.length}` : "Which";
  const names = document.createElement("ul");
  for (const one of would.examples) {
    names.append(item(`${one.filename || one.job} (${one.user}, ended ${one.finished_at.slice(0, 10)}, ${size(one.bytes)})`));
  }
  which.append(summary, names);
  shown.replaceChildren(told, ...(would.jobs ? [list, which] : []));
}

function item(text) {
  const line = document.createElement("li");
  line.textContent = text;
  return line;
}

function jobs(count) {
  return `${count.toLocaleString("en")} job${count === 1 ? "" : "s"}`;
}

function size(bytes) {
  const steps = ["B", "kB", "MB", "GB", "TB"];
  let step = 0;
  for (; bytes >= 1000 && step < 4; step++) bytes /= 1000;
  return `${step && bytes < 100 ? bytes.toFixed(1) : Math.round(bytes)} ${steps[step]}`;
}

const find = document.getElementById("find");
find.addEventListener("input", () => {
  const word = find.value.trim().toLowerCase();
  let found = 0;
  for (const row of document.querySelectorAll(".settings tbody tr")) {
    row.hidden = !row.textContent.toLowerCase().includes(word);
    found += !row.hidden;
  }
  const none = document.getElementById("none-found");
  if (none) none.hidden = found > 0;
});
