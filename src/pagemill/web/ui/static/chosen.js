// Jobs that are chosen in the list, and orders to all of them at once.
import { ask, say } from "./app.js";

const AT_ONCE = 100, MOST_FETCHED = 200;
const DONE = {
  cancel: "cancelled", pause: "paused", resume: "resumed", retry: "begun again",
  delete: "deleted", priority: "given another priority",
};
const number = new Intl.NumberFormat("en");
const by = (id) => document.getElementById(id);
const bar = by("deeds");

const chosen = new Set();
let everything = null; // all that match and came before: { before, count }
let last = null; // where a range begins
let isStopped = false;

export const isChosen = (id) => (everything ? id < everything.before : chosen.has(id));
export const asked = () => new URLSearchParams(by("list").dataset.query);
export const rows = () => [...by("list").querySelectorAll("tr[id]")];
export const idOf = (row) => row.id.slice(4);

export function forget(id) {
  if (id === undefined) chosen.clear(), (everything = last = null);
  else chosen.delete(id);
}

// Shows what is chosen, in the rows and below them.
export function tell() {
  const shown = rows();
  for (const row of shown) boxOf(row).checked = isChosen(idOf(row));
  const ticked = shown.filter((row) => isChosen(idOf(row))).length;
  const all = by("all"), isAll = shown.length > 0 && ticked === shown.length;
  all.checked = isAll;
  all.indeterminate = ticked > 0 && !isAll;
  bar.hidden = !everything && chosen.size === 0;
  by("chosen").textContent = everything ? `${many()} are selected` : `${number.format(chosen.size)} selected`;
  by("everything").hidden = !isAll || everything !== null || !by("list").querySelector(".more");
  const count = matching();
  by("everything").textContent = `Select all ${count === null ? "" : `${number.format(count)} `}that match`;
}

const boxOf = (row) => row.querySelector("input");
const many = () => (everything.count === null ? "All jobs that match" : `All ${jobs(everything.count)}`);

// As the filter says; null with a name asked for, when nobody knows.
function matching() {
  const count = document.querySelector("#states :checked ~ span b");
  return count ? Number(count.textContent.replaceAll(",", "")) : null;
}

function choose(several, is) {
  if (everything) {
    for (const row of rows()) if (isChosen(idOf(row))) chosen.add(idOf(row));
    everything = null;
  }
  for (const row of several) is ? chosen.add(idOf(row)) : chosen.delete(idOf(row));
  tell();
}

function between(one, other) {
  const all = rows(), [from, to] = [all.indexOf(one), all.indexOf(other)].sort((a, b) => a - b);
  return from < 0 ? [other] : all.slice(from, to + 1);
}

document.addEventListener("click", ({ target, shiftKey }) => {
  if (target.id === "all") return choose(rows(), target.checked);
  const row = target.matches("input") && target.closest("#list tr[id]");
  if (!row) return;
  const { checked } = target;
  choose(shiftKey && last ? between(last, row) : [row], checked);
  last = row;
});

// Up and down go from box to box, with Shift they take along.
document.addEventListener("keydown", (event) => {
  const row = event.target.matches("input") && event.target.closest("#list tr[id]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!row || !step) return;
  event.preventDefault();
  const all = rows(), next = all[all.indexOf(row) + step];
  if (!next) return;
  if (event.shiftKey) choose([row, next], true);
  boxOf(next).focus();
  last = next;
});

by("nobody").addEventListener("click", () => {
  forget();
  tell();
  by("all").focus();
});

by("everything").addEventListener("click", () => {
  const newest = rows()[0];
  everything = { before: `${idOf(newest)}~`, count: matching() };
  tell();
});

bar.addEventListener("click", ({ target }) => {
  if ("download" in target.dataset) fetchAll();
  const name = target.dataset.order;
  if (name === "priority") order(name, { priority: Number(by("priority").value) });
  else if (name) order(name);
});
by("stop").addEventListener("click", () => (isStopped = true));

async function order(name, more = {}) {
  const words = everything ? many().toLowerCase() : jobs(chosen.size);
  if ((name === "delete" || everything) && !(await isSure(name, words))) return;
  const done = [], refused = new Map();
  isStopped = false;
  busy(true);
  for await (const answer of answers({ order: name, ...more })) {
    for (const id of answer.done) done.push(id), chosen.delete(id);
    for (const { message } of answer.refused) refused.set(message, (refused.get(message) ?? 0) + 1);
    document.dispatchEvent(new CustomEvent("carried", { detail: { name, ids: answer.done } }));
    by("chosen").textContent = `${jobs(done.length)} ${DONE[name]} …`;
    if (isStopped) break;
  }
  busy(false);
  everything = null;
  tell();
  report(name, done.length, refused);
}

async function* answers(body) {
  const path = "/v1/jobs/orders";
  if (everything) {
    const query = asked();
    const match = { state: query.getAll("state"), name: query.get("name") ?? "", user: query.get("user") ?? "" };
    for (let before = everything.before; before; ) {
      const answer = await ask("POST", path, { ...body, match, before });
      if (!answer) return;
      yield answer;
      before = answer.next;
    }
    return;
  }
  const refs = [...chosen];
  for (let at = 0; at < refs.length; at += AT_ONCE) {
    const answer = await ask("POST", path, { ...body, jobs: refs.slice(at, at + AT_ONCE) });
    if (!answer) return;
    yield answer;
  }
}

function busy(is) {
  for (const control of bar.querySelectorAll("button, select")) control.disabled = is;
  by("stop").hidden = !is;
  by("stop").disabled = false;
}

function report(name, count, refused) {
  if (count) say(`${jobs(count)} ${DONE[name]}.`, "good");
  if (!refused.size) return;
  const total = [...refused.values()].reduce((sum, one) => sum + one);
  const why = [...refused].map(([message, times]) => (times > 1 ? `${message} (${number.format(times)})` : message));
  say(`${jobs(total)} not ${DONE[name]}. ${why.slice(0, 5).join(". ")}.`, "bad");
}

const jobs = (count) => `${number.format(count)} ${count === 1 ? "job" : "jobs"}`;

// Whether a person says yes.
function isSure(name, words) {
  const dialog = by("sure"), verb = name[0].toUpperCase() + name.slice(1);
  by("sure-title").textContent = name === "priority" ? `Set the priority of ${words}?` : `${verb} ${words}?`;
  by("sure-text").textContent = name === "delete"
    ? "Their results go with them, and documents that no other job needs. This cannot be undone."
    : "That includes jobs that are not shown here.";
  by("sure-yes").textContent = name === "priority" ? "Set" : verb;
  dialog.dataset.order = name;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

// One archive. A browser tells nobody why a download was refused, so it is asked for first.
async function fetchAll() {
  if (!everything && chosen.size > MOST_FETCHED) {
    return say(`One download holds at most ${MOST_FETCHED} selected jobs, or 1,000 that match a filter.`, "bad");
  }
  const query = everything ? asked() : new URLSearchParams([...chosen].map((id) => ["ref", id]));
  if (everything) query.set("before", everything.before);
  const url = `/v1/archive?${query}`, hand = new AbortController();
  const answer = await fetch(url, { signal: hand.signal }).catch(() => null);
  if (!answer?.ok) {
    const said = await answer?.json().catch(() => null);
    return say(said ? `${said.detail}. ${said.hint}` : "The server does not answer. Try again in a moment.", "bad");
  }
  hand.abort();
  const link = Object.assign(document.createElement("a"), { href: url, download: "" });
  link.click();
}
