// Orders of operators: a button names the request, and whether it must be asked about first.
//   data-ask="POST /v1/queue/pause" data-body='{"engine": "text"}' data-sure="Why to think first"
//   data-said="Told when it is done" data-number="max_running" (a number is asked for and sent)
//   data-all (asked again with `next` until it is done) data-go="/ui/people" (where it leads)
import { ask, say } from "./app.js";

const dialog = document.getElementById("sure");

document.addEventListener("click", (click) => {
  const button = click.target.closest?.("[data-ask]");
  if (button) give(button);
});

async function give(button) {
  const told = { ...button.dataset };
  const answer = told.sure ? await isSure(button.textContent.trim(), told) : {};
  if (!answer) return;
  button.disabled = true;
  const [method, path] = told.ask.split(" ");
  const body = { ...JSON.parse(told.body ?? "{}"), ...answer };
  const done = "all" in told ? await tryAll(path) : await ask(method, path, method === "DELETE" ? undefined : body);
  button.disabled = false;
  if (!done) return;
  if (told.go) return location.assign(told.go);
  say(told.said ?? words(done, body), "good");
  refresh();
}

// Fetches again what shows how things stand.
export function refresh() {
  for (const part of document.querySelectorAll("[data-again]")) {
    htmx.ajax("GET", part.dataset.again, { target: part, swap: "morph:innerHTML" });
  }
}

// {} or what was asked for; null for no.
export function isSure(title, { sure, number, value }) {
  const field = document.getElementById("sure-value");
  document.getElementById("sure-title").textContent = title;
  document.getElementById("sure-text").textContent = sure;
  document.getElementById("sure-yes").textContent = number ? "Set" : title;
  document.getElementById("sure-field").hidden = !number;
  document.getElementById("sure-name").textContent = number ? "At most" : "";
  field.disabled = !number;
  field.value = value ?? "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      if (dialog.returnValue !== "yes") resolve(null);
      else resolve(number ? { [number]: field.value ? Number(field.value) : null } : {});
    }, { once: true });
  });
}

async function tryAll(path) {
  const sum = { requeued: 0, pages: 0, hopeless: 0, left_out: 0 };
  let next = "";
  while (next !== null) {
    const part = await ask("POST", path + (next ? `&before=${encodeURIComponent(next)}` : ""));
    if (!part) return null;
    for (const name of Object.keys(sum)) sum[name] += part[name];
    next = part.next;
  }
  return sum;
}

function words(done, body) {
  if ("requeued" in done) {
    const rest = done.left_out ? ` ${done.left_out} stay: their jobs still run or were cancelled.` : "";
    return `${plural(done.requeued, "job")} tried again, ${plural(done.pages, "page")} are read anew.${rest}`;
  }
  if ("stopped" in done) {
    const what = body.engine || body.user || "The queue";
    if (!done.stopped) return `${what} goes on.`;
    return `${what} is stopped; ${done.running ? `${plural(done.running, "task")} still in work` : "nothing runs any more"}.`;
  }
  return "Done.";
}

function plural(count, one) {
  return `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
}
