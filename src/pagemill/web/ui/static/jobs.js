// The list of jobs: rows as they change, older ones as one scrolls.
import { live, tellTimes } from "./app.js";
import { asked, forget, idOf, isChosen, rows, tell } from "./chosen.js";

const FULL = 100, MOST_LOOKS = 20, SOON_MS = 700, LATER_MS = 5000;
const PART = { "HX-Request": "true" }; // of a page, as htmx asks for it
const by = (id) => document.getElementById(id);
const list = () => by("list");

const incoming = new Map(); // rows as texts, null for what is gone, until the next frame
const waiting = new Map(); // new jobs that would push away what somebody reads
const gone = new Set(); // an answer that was on its way may still have them
let frame = 0, counting = 0, counted = 0, listening = null, leave = () => {};

// Rows come from our own server, which has escaped what others wrote.
function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

function take(id, html) {
  incoming.set(id, html);
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    for (const [one, text] of incoming) text === null ? lose(one) : put(parse(text).querySelector("tr"));
    incoming.clear();
    settle();
  });
}

function settle() {
  by("nothing").hidden = rows().length > 0;
  const button = by("news");
  button.hidden = !waiting.size;
  button.textContent = waiting.size === 1 ? "1 new job" : `${waiting.size} new jobs`;
  tell();
  count();
}

function matches(row) {
  const query = asked(), states = query.getAll("state"), before = query.get("before");
  if (before && idOf(row) >= before) return false;
  const name = (query.get("name") ?? "").toLowerCase();
  return (!states.length || states.includes(row.dataset.state)) && row.dataset.name.toLowerCase().includes(name);
}

function put(row) {
  const shown = by(row.id);
  if (shown) return change(shown, row);
  waiting.delete(row.id);
  if (gone.has(idOf(row)) || !matches(row)) return;
  const first = list().querySelector("tr[id]");
  if (!first || row.id > first.id) return isReading() ? waiting.set(row.id, row) : putOnTop(row);
  const older = rows().find((one) => one.id < row.id);
  if (older) older.before(row);
  else if (!list().querySelector(".more")) list().querySelector("tbody:last-of-type").append(row);
  tellTimes(row);
}

// Whether rows that come on top would move what is being looked at.
const isReading = () => list().getBoundingClientRect().top < 0;

function putOnTop(row) {
  let top = list().querySelector("tbody");
  if (top.rows.length >= FULL) {
    top = document.createElement("tbody");
    top.setAttribute("role", "rowgroup");
    list().querySelector("thead").after(top);
  }
  row.classList.add("new");
  top.prepend(row);
  tellTimes(row);
}

// What is chosen or in use stays, even where it no longer matches.
function change(shown, row) {
  if (Number(row.dataset.version) < Number(shown.dataset.version)) return;
  const isHeld = isChosen(idOf(row)) || shown.contains(document.activeElement);
  if (!matches(row) && !isHeld) return shown.remove();
  row.querySelector("input").checked = isChosen(idOf(row));
  tellTimes(row);
  Idiomorph.morph(shown, row, { morphStyle: "outerHTML" });
}

function lose(id) {
  gone.add(id);
  remove(id);
}

function remove(id) {
  by(`job-${id}`)?.remove();
  waiting.delete(`job-${id}`);
  forget(id);
}

by("news").addEventListener("click", () => {
  for (const key of [...waiting.keys()].sort()) putOnTop(waiting.get(key));
  waiting.clear();
  settle();
  scrollTo(0, 0);
  list().querySelector("tr[id] a").focus({ preventScroll: true });
});

// Numbers beside the filters: soon after a change, then every few seconds while there are more.
function count() {
  counting ||= setTimeout(countNow, Math.max(SOON_MS, counted + LATER_MS - Date.now()));
}

async function countNow() {
  clearTimeout(counting);
  counting = 0;
  counted = Date.now();
  const query = list().dataset.query;
  const answer = await fetch(`/ui/job-counts?${query}`, { headers: PART }).catch(() => null);
  if (!answer?.ok || query !== list().dataset.query) return;
  Idiomorph.morph(by("states"), parse(await answer.text()).firstElementChild);
  tell();
}

// After a break: what is shown is looked at again from the top, a hundred at a time.
async function lookAgain() {
  const query = asked(), end = rows().at(-1)?.id ?? "";
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const before = rows(); // what comes while this is asked is newer than the answer
    const answer = await fetch(`/ui/jobs?${query}`, { headers: PART }).catch(() => null);
    if (!answer?.ok) return;
    const found = parse(await answer.text()), there = [...found.querySelectorAll("tr[id]")];
    const ceiling = query.has("before") ? `job-${query.get("before")}` : "~";
    const floor = found.querySelector(".more") ? there.at(-1).id : "";
    const ids = new Set(there.map((row) => row.id));
    for (const row of before) {
      if (row.id < ceiling && row.id >= floor && !ids.has(row.id)) remove(idOf(row));
    }
    for (const row of there) put(row);
    if (!floor || floor <= end) break;
    query.set("before", floor.slice(4));
  }
  settle();
}

function listen() {
  const user = asked().get("user") ?? "";
  if (user === listening) return;
  leave();
  listening = user;
  leave = live(`/ui/events?user=${encodeURIComponent(user)}&after=${list().dataset.end}`, {
    row: (html) => take(/job-([^"]*)/.exec(html)?.[1], html),
    gone: (id) => id && take(id, null),
  }, lookAgain);
}

// Older jobs are fetched before one comes to the end.
const horizon = new IntersectionObserver((seen) => {
  for (const { isIntersecting, target } of seen) {
    if (!isIntersecting) continue;
    horizon.unobserve(target);
    htmx.trigger(target, "near");
  }
}, { rootMargin: "1500px" });

function look() {
  for (const more of document.querySelectorAll("#list .more")) horizon.observe(more);
}

document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
  look();
  if (detail.target?.id === "list") {
    forget();
    waiting.clear();
    listen();
    settle();
    countNow();
  } else tell();
});
document.addEventListener("carried", ({ detail: { name, ids } }) => {
  if (name === "delete") for (const id of ids) take(id, null);
});
look();
listen();
tell();
