// One job: its pages, live. The strip chooses a page, the picture and the text show it.
import { ask, live, say } from "./app.js";
import { correct, isCorrecting } from "./job_edit.js";
import { keys } from "./job_keys.js";
import { adopt, light, markWords, tellPart } from "./job_parts.js";
import { Picture } from "./job_picture.js";
import { Strip } from "./job_strip.js";
import { showRaw } from "./job_raw.js";

const SETTLE_MS = 400, FINAL = ["completed", "failed", "cancelled"];
const at = (id) => document.getElementById(id);
const viewer = at("viewer"), text = at("text"), { id, words } = viewer.dataset;
const page = { number: Number(viewer.dataset.page), view: "text" };
let version = Number(at("head").dataset.version), isGone = false, stop = null, loading = null, newest = 0;

const strip = new Strip(at("strip"), id, go);
const picture = new Picture(at("picture"), at("sheet"), (scale, fit) => {
  at("zoom").textContent = `${Math.round(100 * scale)}%`;
  for (const name of ["width", "page"]) {
    viewer.querySelector(`[data-zoom="${name}"]`).setAttribute("aria-pressed", String(fit === name));
  }
});

// ---------------------------------------------------------------- the page that is shown

function go(number) {
  if (!strip.count) return waitForPages();
  page.number = strip.nearest(number);
  at("number").value = page.number;
  strip.show(page.number);
  const address = new URL(location.href);
  address.searchParams.set("page", page.number);
  history.replaceState(history.state, "", address);
  picture.show(`/v1/jobs/${id}/pages/${page.number}?format=image`, page.number);
  load();
}

function waitForPages() {
  const isOver = FINAL.includes(at("head").dataset.state);
  at("waiting").textContent = isOver ? "There are no pages to show." : "The pages appear here once the document was opened.";
}

function tellInstead(sentence) {
  const line = document.createElement("p");
  line.className = "empty";
  line.textContent = sentence;
  text.replaceChildren(line);
}

// Fetches what was read of the page; the text of before stays until it is there. The last one asked
// for wins. `focused` is the block that gets the focus then.
async function load(focused) {
  loading?.abort();
  const mine = (loading = new AbortController()), number = page.number;
  text.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`/ui/jobs/${id}/pages/${number}/text`, {
      headers: { "HX-Request": "true" }, signal: mine.signal,
    });
    if (answer.redirected || answer.status === 401) return location.reload();
    if (answer.status === 404) return lookWhetherGone();
    if (!answer.ok) return tellInstead("This page cannot be shown now. Try again in a moment.");
    put(await answer.text(), number, focused);
  } catch (error) {
    if (error.name !== "AbortError") say("The server does not answer. Try again in a moment.", "bad");
    return;
  }
  text.removeAttribute("aria-busy");
  if (words) markWords(words, text, at("sheet"), picture);
  if (page.view !== "text") showRaw(id, page.number, page.view, at("raw"));
}

// Whoever was at a block of this page is there again; on another page they begin at its top.
function put(html, number, focused) {
  const before = text.querySelector(".page")?.dataset.number, was = document.activeElement;
  const isSame = before === String(number), wasHere = text.contains(was);
  const place = focused ?? (isSame && wasHere ? was.closest(".part")?.dataset.part : undefined);
  htmx.swap(text, html, { swapStyle: "innerHTML" });
  picture.lay(adopt(text));
  if (!isSame) text.scrollTop = 0;
  const part = place === undefined ? null : text.querySelector(`.part[data-part="${place}"]`);
  if (part) part.focus({ preventScroll: true });
  else if (wasHere) text.focus({ preventScroll: true });
}

// What is being written is not taken from under somebody's hands.
function reload() {
  if (isCorrecting(text)) say("This page has changed meanwhile. Save or leave your correction to see it.");
  else load();
}

function choose(view) {
  page.view = view;
  for (const tab of viewer.querySelectorAll("[role=tab]")) {
    const isChosen = tab.dataset.view === view;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    if (isChosen) at("raw").setAttribute("aria-labelledby", tab.id);
  }
  text.hidden = view !== "text";
  at("raw").hidden = view === "text";
  if (view !== "text") showRaw(id, page.number, view, at("raw"));
}

// ---------------------------------------------------------------- news

const soon = new Map();

function later(task) {
  if (soon.has(task)) return;
  soon.set(task, setTimeout(() => (soon.delete(task), task()), SETTLE_MS));
}

async function lookAtPages() {
  const answer = await fetch(`/ui/jobs/${id}/pages`).catch(() => null);
  if (!answer?.ok) return;
  const had = strip.count;
  strip.read(await answer.text());
  viewer.classList.toggle("without-pages", !strip.count);
  at("total").textContent = strip.last.toLocaleString("en");
  at("number").max = strip.last;
  if (!had || text.querySelector(".page")?.dataset.state !== strip.state(page.number)) go(page.number);
  else strip.show(page.number);
}

function drawHead() {
  if (!isGone) htmx.ajax("GET", location.pathname, { target: "#head", swap: "morph:outerHTML" });
}

// What is open below the pages.
function tellFurther() {
  for (const [details, part] of [["timeline", "moments"], ["corrected", "corrections"]]) {
    if (at(details).open) htmx.trigger(`#${part}`, "news");
  }
}

const follow = () => isCorrecting(text) || go(newest);

// A page stands otherwise now.
function turn(state) {
  return (data) => {
    const number = JSON.parse(data).data.page;
    if (state) strip.set(number, state);
    later(tellFurther);
    if (number === page.number) reload();
    else if (state === "done" && at("follow").checked) (newest = number), later(follow);
  };
}

function stir() {
  later(lookAtPages);
  later(tellFurther);
}

// The job as it stands: a JobView.
function tell(job) {
  const head = at("head"), { total, done, failed } = job.pages, isOver = FINAL.includes(job.state);
  version = job.version;
  const bar = at("progress");
  if (bar && total) [bar.max, bar.value] = [total, done + failed];
  at("told").textContent = job.error || job.message.toLowerCase() === job.state ? "" : job.message;
  at("eta").textContent = job.eta_seconds === null ? "" : `${duration(job.eta_seconds)} left`;
  at("follow-label").hidden = isOver;
  if (total && !strip.count) later(lookAtPages);
  if (head.dataset.state !== job.state) {
    head.dataset.state = job.state;
    later(drawHead);
    later(lookAtPages);
  }
  if (isOver) stop?.(), (stop = null);
}

function duration(seconds) {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

function watch() {
  stop?.();
  const missed = () => (stir(), later(drawHead));
  stop = live(`/v1/jobs/${id}/events?after=${version}`, {
    "page.done": turn("done"), "page.failed": turn("failed"), "page.retry": turn("retrying"),
    "page.kept": turn("done"), "page.corrected": turn(""),
    "job.started": stir, "job.retried": stir, "job.resumed": stir, "job.paused": stir,
    "job.cancelled": stir, "job.repaired": stir, "job.assembling": stir, "job.completed": stir,
    job: (data) => tell(JSON.parse(data)), gone,
  }, missed);
}

function gone() {
  stop?.();
  isGone = true;
  at("gone").hidden = false;
  for (const control of document.querySelectorAll(".deeds button, .deeds select, .edit, .again button")) {
    control.disabled = true;
  }
}

// A job that has ended tells nothing by itself: whoever comes back to it looks once.
async function lookWhetherGone() {
  const answer = await fetch(`/v1/jobs/${id}`).catch(() => null);
  if (answer?.status === 404) return gone();
  if (!answer?.ok) return;
  const job = await answer.json();
  if (job.version !== version) changed(job);
}

// The job after a deed, or as it is found.
function changed(job) {
  if (!job) return;
  tell(job);
  stir();
  later(drawHead);
  if (!FINAL.includes(job.state)) watch();
}

// ---------------------------------------------------------------- deeds

document.addEventListener("click", async ({ target }) => {
  const { deed, ask: dialog, go: number, step, zoom, view } = target.closest("[data-deed], [data-ask], [data-go], [data-step], [data-zoom], [data-view]")?.dataset ?? {};
  if (deed) changed(await ask("POST", `/v1/jobs/${id}/${deed}`));
  else if (dialog) at(dialog).showModal();
  else if (step) go(strip.beside(page.number, Number(step)));
  else if (zoom) picture.zoom(zoom);
  else if (view) choose(view);
  else if (number) go(Number(number));
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-go]")) event.preventDefault();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("change", async ({ target }) => {
  if (target.matches("[data-priority]")) changed(await ask("PATCH", `/v1/jobs/${id}`, { priority: Number(target.value) }));
  if (target.id === "number" && target.value) go(Number(target.value));
  if (target.id === "number" && document.activeElement === target) at("picture").focus({ preventScroll: true });
  if (target.id === "boxes") viewer.classList.toggle("bare", !target.checked);
});
at("delete").addEventListener("close", async ({ target }) => {
  if (target.returnValue === "yes" && (await ask("DELETE", `/v1/jobs/${id}`))) gone();
});
at("retry").addEventListener("close", async ({ target }) => {
  if (target.returnValue !== "yes") return;
  const given = Object.fromEntries([...new FormData(target.querySelector("form"))].filter(([, value]) => value));
  changed(await ask("POST", `/v1/jobs/${id}/retry`, given));
});
text.addEventListener("submit", async (event) => {
  if (!event.target.matches("[data-again]")) return;
  event.preventDefault();
  const engine = event.target.elements.engine.value;
  const job = await ask("POST", `/v1/jobs/${id}/pages/${page.number}/retry`, { engine });
  if (!job) return;
  say(`Page ${page.number} is read again.`, "good");
  changed(job);
});

// ---------------------------------------------------------------- blocks

for (const [place, name] of [[text, "part"], [at("sheet"), "rect"]]) {
  place.addEventListener("pointerover", ({ target }) => light(target.closest(`${name === "part" ? ".part" : "rect"}`), text, at("sheet")));
  place.addEventListener("pointerleave", () => light(null, text, at("sheet")));
}
text.addEventListener("focusin", ({ target }) => {
  const part = target.closest(".part");
  light(part, text, at("sheet"));
  if (part) at("block-told").textContent = tellPart(part, at("sheet"), picture);
});
at("sheet").addEventListener("click", ({ target }) => {
  const part = target.dataset.part && text.querySelector(`.part[data-part="${target.dataset.part}"]`);
  if (!part) return;
  choose("text");
  part.focus({ preventScroll: true });
  part.scrollIntoView({ block: "nearest", behavior: "smooth" });
});

const open = (part) => correct(part, { id, number: page.number, sheet: at("sheet"), picture, done: (job) => (changed(job), load(part.dataset.part)) });
text.addEventListener("click", ({ target }) => target.matches(".edit") && open(target.closest(".part")));
keys({ viewer, text, picture, choose, open: "mayWrite" in viewer.dataset ? open : null,
  step: (step) => go(strip.beside(page.number, step)) });

strip.read(viewer.dataset.runs);
at("number").max = strip.last;
go(page.number);
if (!FINAL.includes(at("head").dataset.state)) watch();
document.addEventListener("visibilitychange", () => !document.hidden && !stop && !isGone && lookWhetherGone());
