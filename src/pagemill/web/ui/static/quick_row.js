// One line of the list: a file on its way, its job, and what came of it.
import { ask, say } from "./app.js";

const FINAL = ["completed", "failed", "cancelled"];
const BARS = ["sending", "resting", "queued", "processing", "paused"];
const LOOKS = { waiting: "queued", sending: "processing", resting: "paused", refused: "failed" };

export function isOpen(item) {
  return item.job && !item.isGone && !FINAL.includes(item.job.state);
}

export class Row {
  #item;
  #page;
  #shown = "";
  #parts = {};

  // `page` does what a row asks for: { word(output), took(item), remove(item), again(item),
  // changed(item) }.
  constructor(item, page) {
    this.#item = item;
    this.#page = page;
    this.element = document.getElementById("row").content.cloneNode(true).firstElementChild;
    for (const part of ["name", "state", "remove", "detail", "problem", "unlock", "deeds", "result", "text"]) {
      this.#parts[part] = this.element.querySelector("." + part);
    }
    this.#parts.progress = this.element.querySelector("progress");
    this.#parts.remove.addEventListener("click", () => page.remove(item));
    this.#parts.unlock.addEventListener("submit", (event) => this.#unlock(event));
    this.#parts.result.addEventListener("toggle", () => this.#toggle());
    this.draw();
  }

  draw() {
    const { name, state, remove, detail, progress } = this.#parts, item = this.#item, { job } = item;
    name.textContent = item.name;
    if (job) name.href = `/ui/jobs/${job.id}`;
    remove.setAttribute("aria-label", `Take ${item.name} off this list`);
    state.className = `state ${job ? job.state : LOOKS[item.stage]}`;
    state.textContent = item.isGone ? "deleted" : job ? job.state : item.stage;
    detail.textContent = (job ? jobWords : sendingWords)(item).filter(Boolean).join(" · ");
    progress.hidden = item.isGone || !(job ? BARS.includes(job.state) : BARS.includes(item.stage));
    progress.value = job ? job.progress : 100 * item.part;
    progress.setAttribute("aria-label", `${job ? "Pages read" : "Sent"} of ${item.name}`);
    this.element.classList.toggle("reading", Boolean(job));
    this.#explain(item);
    const shown = [item.stage, job?.state, job?.pages.failed, !job?.pages.done, item.isGone].join();
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#offer(item);
  }

  open() {
    this.#parts.result.open = true;
  }

  #explain({ stage, problem, job, isGone }) {
    const { problem: place, unlock } = this.#parts;
    const [strong, rest] = place.children;
    const error = job ? job.error && { ...job.error, detail: job.error.message } : problem;
    place.hidden = !error || isGone || (!job && stage !== "refused");
    if (place.hidden) return void (unlock.hidden = true);
    strong.textContent = `${error.detail}.`;
    rest.textContent = error.hint;
    unlock.hidden = error.code !== "password_required";
  }

  #offer(item) {
    const { deeds, result } = this.#parts, { job } = item;
    deeds.replaceChildren(...this.#deeds(item));
    result.hidden = !job?.pages.done || item.isGone;
    result.firstElementChild.textContent = isOpen(item) ? "Text so far" : "Text";
    if (!result.hidden && result.open) this.#fetch();
  }

  #deeds({ stage, problem, job, isGone }) {
    if (isGone) return [];
    if (!job && stage === "refused") return [button("Send again", () => this.#page.again(this.#item))];
    if (!job && problem?.code === "signed_out") return [link("/ui/sign-in", "Sign in", { target: "_blank" })];
    if (!job) return [];
    const order = (deed) => () => this.#order(deed);
    if (job.state === "paused") return [button("Resume", order("resume")), button("Cancel", order("cancel"), "quiet")];
    if (!FINAL.includes(job.state)) return [button("Cancel", order("cancel"), "quiet")];
    if (job.state !== "completed") return [button("Try again", order("retry"))];
    return [
      button("Copy", () => this.#copy(), "primary"),
      ...this.#downloads(job),
      link(`/ui/jobs/${job.id}`, "Compare with the pages"),
      ...(job.pages.failed ? [button("Read the failed pages again", order("retry"))] : []),
    ];
  }

  #downloads({ id, options, document: { filename } }) {
    const names = options.outputs.filter((name) => name !== "images");
    const links = names.map((name) => {
      const word = this.#page.word(name);
      return link(`/v1/jobs/${id}/outputs/${name}`, word, { download: "", label: `${word} of ${filename}` });
    });
    if (options.outputs.length === 1 && names.length) return links;
    return [...links, link(`/v1/jobs/${id}/archive`, "ZIP", { download: "", label: `All outputs of ${filename} as ZIP` })];
  }

  async #order(deed, body) {
    const job = await ask("POST", `/v1/jobs/${this.#item.job.id}/${deed}`, body);
    if (job) this.#page.took(this.#item, job);
  }

  #unlock(event) {
    event.preventDefault();
    const field = this.#parts.unlock.querySelector("input");
    this.#order("retry", { password: field.value });
    field.value = "";
  }

  #toggle() {
    const { result } = this.#parts;
    this.#item.isUnfolded = result.open;
    this.#page.changed(this.#item);
    if (result.open) this.#fetch();
  }

  #fetch() {
    const { text } = this.#parts, { id } = this.#item.job;
    text.setAttribute("aria-label", `Text of ${this.#item.name}`);
    htmx.ajax("GET", `/ui/jobs/${id}/text`, { target: text, swap: "innerHTML" });
  }

  // Pages are asked for, not the output: a job may have none in Markdown.
  #copy() {
    const text = fetch(`/v1/jobs/${this.#item.job.id}/outputs/markdown?partial=true`).then((answer) => {
      if (!answer.ok) throw new Error(answer.status);
      return answer.text();
    });
    copy(text).then(() => say("Copied as Markdown.", "good"), () => say("It could not be copied.", "bad"));
  }
}

function sendingWords({ stage, part, problem, size, folder }) {
  const words = [folder, bytes(size)];
  if (stage === "waiting") words.push("waits for its turn");
  if (stage === "sending") words.push(part < 1 ? `${Math.floor(100 * part)} % sent` : "being kept");
  if (stage === "resting") words.push(restWords(problem));
  return words;
}

function restWords({ code, detail }) {
  if (code === "signed_out") return "You are signed out. Sign in, and it goes on";
  return `${code === "lost" ? "The connection broke" : detail}. It tries again by itself`;
}

function jobWords({ job, folder, size, isGone }) {
  const { state, pages, eta_seconds: eta, message } = job;
  const words = [folder, bytes(size ?? job.document.bytes)];
  if (isGone) return words;
  if (state !== "completed") {
    return [...words, FINAL.includes(state) ? "" : message, left(eta)];
  }
  const took = (new Date(job.finished_at) - new Date(job.started_at)) / 1000;
  const many = `${pages.total.toLocaleString("en")} ${pages.total === 1 ? "page" : "pages"}`;
  return [...words, pages.failed ? message : many, `in ${duration(took)}`];
}

function left(eta) {
  if (eta === null) return "";
  return eta < 1 ? "nearly done" : `about ${duration(eta)} left`;
}

function button(text, act, look = "") {
  const made = document.createElement("button");
  made.type = "button";
  made.className = look;
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

function link(href, text, { label, ...more } = {}) {
  const made = document.createElement("a");
  Object.assign(made, { href, textContent: text, ...more });
  if (label) made.setAttribute("aria-label", label);
  return made;
}

// Browsers have a clipboard for pages of this machine and by HTTPS only; elsewhere the old way.
async function copy(text) {
  if (navigator.clipboard && window.ClipboardItem) {
    const blob = text.then((text) => new Blob([text], { type: "text/plain" }));
    return navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  }
  const area = document.createElement("textarea");
  area.className = "unseen";
  area.value = await text;
  document.body.append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  if (!isDone) throw new Error("refused");
}

export function bytes(count) {
  if (count < 1000) return `${count} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let unit = 0;
  for (count /= 1000; count >= 1000 && unit < 3; count /= 1000) unit += 1;
  return `${count.toFixed(count < 100 ? 1 : 0).replace(".0", "")} ${units[unit]}`;
}

export function duration(seconds) {
  if (seconds < 1) return "less than a second";
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 ? ` ${whole % 60} s` : ""}`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
