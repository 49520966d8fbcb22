// Files go in, their pages are read before your eyes, their text comes out. What was sent from this
// browser is remembered in it: a reload, or a closed tab, loses nothing that had arrived.
import { live, say } from "./app.js";
import { fromDrop, fromInput, fromPaste } from "./quick_gather.js";
import { fieldsOfOptions, startOptions, wordOfOutput } from "./quick_options.js";
import { bytes, isOpen, Row } from "./quick_row.js";
import { Sender } from "./quick_send.js";

const MOST_ROWS = 100, MOST_KEPT = 100, MOST_OPENED = 3, MOST_EARLY = 500, LISTED = 200, MOST_IN_ZIP = 200;
const SPOKEN_MS = 2000;
const by = (id) => document.getElementById(id);
const drop = by("drop"), KEPT = `quick.sent.${drop?.dataset.user}`;

const items = new Set(), jobs = new Map(), early = new Map(), changed = new Set();
const seen = new Set();
let unshown = [], rows = 0, stop = null, speaking = 0;
const sender = new Sender(changes);

if (drop) start();

function start() {
  startOptions();
  for (const [id, isFolder] of [["files", false], ["folder", true]]) {
    by(`choose-${id}`).addEventListener("click", () => by(id).click());
    by(`choose-${id}`).hidden = isFolder && !("webkitdirectory" in by(id));
    by(id).addEventListener("change", () => take(fromInput(by(id), isRead, isFolder)));
  }
  listenToDrops();
  document.addEventListener("paste", (event) => {
    const found = fromPaste(event.clipboardData);
    if (found.files.length) event.preventDefault(), take(found);
  });
  addEventListener("beforeunload", (event) => sender.isBusy && event.preventDefault());
  for (const back of ["online", "focus"]) addEventListener(back, () => sender.wake("lost", "signed_out"));
  by("resend").addEventListener("click", () => refused().forEach(again));
  by("clear").addEventListener("click", () => [...items].filter(isDone).forEach(remove));
  bringBack();
}

function listenToDrops() {
  let depth = 0;
  const mark = (step) => {
    depth = step ? depth + step : 0;
    document.body.classList.toggle("dropping", depth > 0);
  };
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragenter", (event) => hasFiles(event) && mark(1));
  addEventListener("dragleave", (event) => hasFiles(event) && mark(-1));
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", async (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    mark(0);
    by("sent").hidden = false;
    const tellFound = (count) => (by("tally").textContent = `Looking through the folder: ${count} files`);
    take(await fromDrop(event.dataTransfer, isRead, tellFound));
  });
}

function isRead(name) {
  return drop.dataset.suffixes.split(" ").includes(name.slice(name.lastIndexOf(".")).toLowerCase());
}

// Sends what was found, with the options as they stand now.
function take({ files, left }) {
  if (left.length) say(`Left out, for they are no documents: ${shortList(left)}.`);
  const fields = files.length ? fieldsOfOptions() : null;
  if (fields) {
    const made = files.map(({ file, folder }) => ({ file, folder, fields, name: file.name, size: file.size }));
    show(made, () => made.length <= MOST_OPENED);
    for (const item of made) if ((item.problem = wrongWith(item))) item.stage = "refused";
    sender.add(made.filter((item) => !item.problem));
    made.forEach(changes);
  }
  drawLater();
}

// What the server would say after all of the file was sent.
function wrongWith({ size }) {
  const most = Number(drop.dataset.maxBytes);
  if (!size) return { code: "empty_file", detail: "The file is empty", hint: "It has 0 bytes." };
  if (size <= most) return null;
  const hint = "Split the document, or ask the operator to raise the limit.";
  return { code: "too_large", detail: `The file is larger than ${bytes(most)}`, hint };
}

function shortList(names) {
  const rest = names.length - 3;
  return names.slice(0, 3).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

// A list of its own for what came together, above those before; rows are made as there is room.
function show(made, opens = () => true, batch = Date.now()) {
  const list = document.createElement("ol");
  list.className = "batch";
  by("batches").prepend(list);
  for (const item of made) {
    Object.assign(item, { stage: "waiting", part: 0, list, batch, opens: opens(item) });
    items.add(item);
  }
  unshown = [...unshown, ...made];
}

function makeRows() {
  while (unshown.length && (rows < MOST_ROWS || leaveOne())) {
    const item = unshown.shift();
    if (!items.has(item)) continue;
    item.row = new Row(item, page);
    item.list.append(item.row.element);
    rows += 1;
    changed.add(item);
  }
}

// The first that is done makes room; the jobs page has it still.
function leaveOne() {
  for (const item of items) if (item.row && isDone(item)) return hide(item), true;
  return false;
}

function hide(item) {
  if (!item.row) return;
  item.row.element.remove();
  item.row = null;
  rows -= 1;
}

const page = {
  word: wordOfOutput,
  changed: keep,
  took: (item, job) => hear(item, job),
  again,
  remove,
};

function again(item) {
  const fields = fieldsOfOptions();
  if (!fields) return;
  item.fields = fields;
  item.problem = wrongWith(item);
  if (!item.problem) sender.add([item]);
  changes(item);
}

function remove(item) {
  sender.drop(item);
  const crosses = [...document.querySelectorAll(".remove")];
  const place = crosses.findIndex((cross) => item.row?.element.contains(cross));
  const hadFocus = item.row?.element.contains(document.activeElement);
  hide(item);
  items.delete(item);
  if (item.job) jobs.delete(item.job.id);
  if (!item.list.children.length) item.list.remove();
  if (hadFocus) (crosses[place + 1] ?? crosses[place - 1] ?? by("choose-files")).focus();
  keep();
  drawLater();
}

const isDone = (item) => item.isGone || item.job?.state === "completed";
const refused = () => [...items].filter((item) => item.stage === "refused" && !item.job);

// From the sender, or a word of the server: drawn with the next picture, however many there are.
function changes(item) {
  if (item.job && !jobs.has(item.job.id) && items.has(item)) {
    jobs.set(item.job.id, item);
    seen.add(item.job.id);
    item.file = null;
    const news = early.get(item.job.id);
    if (news && news.version > item.job.version) item.job = news;
    keep();
    follow();
  }
  changed.add(item);
  drawLater();
}

function hear(item, job) {
  const isNews = job.version >= item.job.version || item.isGone;
  if (!isNews) return;
  item.job = job;
  if (!isOpen(item)) sender.wake("too_many_jobs");
  changes(item);
  follow();
}

let isDrawing = false;

function drawLater() {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    makeRows();
    for (const item of changed) drawOne(item);
    changed.clear();
    tally();
  });
}

function drawOne(item) {
  if (!item.row) return;
  item.row.draw();
  if (!item.opens || item.job?.state !== "completed") return;
  item.opens = false;
  item.row.open();
}

function tally() {
  const count = { "being sent": 0, waiting: 0, "being read": 0, done: 0, failed: 0, refused: 0 };
  for (const item of items) {
    if (isDone(item)) count.done += 1;
    else if (isOpen(item)) count["being read"] += 1;
    else if (item.job) count.failed += 1;
    else if (item.stage === "refused") count.refused += 1;
    else count[item.stage === "waiting" ? "waiting" : "being sent"] += 1;
  }
  const parts = Object.entries(count).filter(([, number]) => number);
  by("sent").hidden = !items.size;
  document.body.classList.toggle("has-sent", items.size > 0);
  const text = parts.map(([word, number]) => `${number.toLocaleString("en")} ${word}`).join(", ");
  if (by("tally").textContent !== text) {
    by("tally").textContent = text;
    speaking ||= setTimeout(speak, SPOKEN_MS);
    offerAll();
  }
  by("resend").hidden = count.refused < 2;
  by("clear").hidden = !count.done;
  by("more").hidden = !unshown.length;
  by("more").textContent = `${unshown.length.toLocaleString("en")} more are not shown for now.`;
}

// To who listens instead of looking: now and then, or they would hear of nothing else.
function speak() {
  speaking = 0;
  by("spoken").textContent = by("tally").textContent;
}

// What is done, as far as one archive may hold it.
function offerAll() {
  const done = [...items].filter((item) => item.job?.state === "completed" && !item.isGone);
  const refs = done.slice(0, MOST_IN_ZIP).map((item) => `ref=${item.job.id}`);
  by("all").hidden = refs.length < 2;
  by("all").href = `/v1/archive?${refs.join("&")}`;
}

// One stream for all jobs, while any is open.
function follow() {
  const isNeeded = hasOpen();
  if (isNeeded && !stop) stop = live("/v1/events", { job: news, gone, hello: lookAgain });
  if (isNeeded || !stop) return;
  stop();
  stop = null;
}

function hasOpen() {
  for (const item of jobs.values()) if (isOpen(item)) return true;
  return false;
}

// The news of a job may come before the answer to what made it.
function news(data) {
  const job = JSON.parse(data), item = jobs.get(job.id);
  if (item) return hear(item, job);
  early.set(job.id, job);
  if (early.size > MOST_EARLY) early.delete(early.keys().next().value);
}

function gone(data) {
  const item = jobs.get(data.startsWith("{") ? JSON.parse(data).id : data);
  if (!item) return;
  item.isGone = true;
  changes(item);
  keep();
  follow();
}

// What may have been missed while the stream was not there.
async function lookAgain() {
  await look([...jobs.values()].filter(isOpen).map((item) => item.job.id), (id, job) => {
    const item = jobs.get(id);
    if (item && job) hear(item, job);
    else if (item) gone(id);
  });
}

// Tells each job as it is, null for one that is no more.
async function look(ids, tell) {
  if (!ids.length) return;
  const found = await get(`/v1/jobs?limit=${LISTED}`);
  const listed = new Map(found?.jobs.map((job) => [job.id, job]));
  for (const id of ids) {
    const job = listed.get(id) ?? (await get(`/v1/jobs/${id}`));
    if (job !== undefined) tell(id, job);
  }
}

// The answer; null for what is not there, nothing when the server does not answer.
async function get(path) {
  const answer = await fetch(path).catch(() => null);
  if (answer?.status === 404) return null;
  return answer?.ok ? answer.json() : undefined;
}

function kept() {
  return JSON.parse(localStorage.getItem(KEPT) ?? "[]");
}

// Other tabs keep theirs in the same place.
function keep() {
  const own = [...items].filter((item) => item.job && !item.isGone).map(({ job, folder, batch, isUnfolded }) => {
    return { id: job.id, folder, batch, isUnfolded };
  });
  const others = kept().filter(({ id }) => !seen.has(id));
  localStorage.setItem(KEPT, JSON.stringify([...others, ...own].slice(-MOST_KEPT)));
}

async function bringBack() {
  const lines = new Map(kept().map((line) => [line.id, line])), batches = new Map();
  await look([...lines.keys()], (id, job) => {
    seen.add(id);
    if (!job) return;
    const { folder, batch, isUnfolded } = lines.get(id);
    const item = { job, folder, isUnfolded, name: job.document.filename, size: job.document.bytes };
    batches.set(batch, [...(batches.get(batch) ?? []), item]);
  });
  for (const batch of [...batches.keys()].sort()) {
    const made = batches.get(batch);
    show(made, (item) => item.isUnfolded, batch);
    made.forEach(changes);
  }
}
