// Sends files, three at a time, in their order. A broken connection or a busy server costs time,
// never a file, and doubles nothing: the same key makes the same job, however often it is sent.

const AT_ONCE = 3, FIRST_REST_MS = 1000, LONGEST_REST_MS = 15000;
const WORTH_ANOTHER_TRY = [0, 408, 429, 500, 502, 503, 504, 507], MOST_TRIES_OF_500 = 3;

// An item: { file, name, fields } and, as it goes on, `key`, `stage` (waiting, sending, resting,
// refused, sent), `part` (0 to 1 of its bytes), `problem` ({ detail, hint, code }), `job`.
// `tell(item)` runs after each change.
export class Sender {
  #waiting = [];
  #underWay = new Set();
  #tell;

  constructor(tell) {
    this.#tell = tell;
  }

  get isBusy() {
    return this.#waiting.length + this.#underWay.size > 0;
  }

  add(items) {
    for (const item of items) {
      item.stage = "waiting";
      item.part = item.tries = 0;
      // Once more with the same options is the same order still: it may have got through.
      const words = JSON.stringify(item.fields);
      if (item.words !== words) Object.assign(item, { words, key: makeKey() });
      this.#waiting.push(item);
    }
    this.#next();
  }

  // Stops sending it, and forgets it.
  drop(item) {
    const place = this.#waiting.indexOf(item);
    if (place >= 0) this.#waiting.splice(place, 1);
    clearTimeout(item.timer);
    this.#underWay.delete(item);
    item.xhr?.abort();
    this.#next();
  }

  // What rests for one of these reasons tries again now.
  wake(...codes) {
    for (const item of this.#underWay) {
      if (item.stage === "resting" && codes.includes(item.problem.code)) this.#send(item);
    }
  }

  #next() {
    while (this.#underWay.size < AT_ONCE && this.#waiting.length) this.#send(this.#waiting.shift());
  }

  #send(item) {
    clearTimeout(item.timer);
    this.#underWay.add(item);
    item.stage = "sending";
    item.part = 0;
    const xhr = item.xhr = new XMLHttpRequest();
    xhr.upload.addEventListener("progress", (event) => {
      item.part = event.total ? event.loaded / event.total : 0;
      this.#tell(item);
    });
    xhr.addEventListener("load", () => this.#hear(item, xhr));
    xhr.addEventListener("error", () => this.#miss(item));
    xhr.open("POST", "/v1/jobs");
    xhr.setRequestHeader("Accept", "application/json");
    xhr.setRequestHeader("Idempotency-Key", item.key);
    xhr.send(formOf(item));
    this.#tell(item);
  }

  #hear(item, xhr) {
    const said = parsed(xhr.responseText);
    if (xhr.status === 202 && said.id) {
      item.job = said;
      return this.#end(item, "sent", null);
    }
    const problem = {
      code: said.code ?? "",
      detail: said.detail ?? `The server answered ${xhr.status}`,
      hint: said.hint ?? "",
    };
    item.tries += 1;
    const isCut = problem.code === "upload_cut";
    const isLost = xhr.status === 500 && item.tries >= MOST_TRIES_OF_500;
    if (xhr.status === 401) this.#rest(item, { ...problem, code: "signed_out" }, Infinity);
    else if (isCut || (WORTH_ANOTHER_TRY.includes(xhr.status) && !isLost)) {
      this.#rest(item, problem, 1000 * (Number(xhr.getResponseHeader("Retry-After")) || 0));
    } else this.#refuse(item, problem, xhr.status);
  }

  // A network error looks like a file that was changed or removed since it was chosen.
  async #miss(item) {
    try {
      await item.file.slice(0, 1).arrayBuffer();
    } catch {
      const hint = "Choose it again.";
      return this.#end(item, "refused", { code: "", detail: "The file was changed or removed", hint });
    }
    item.tries += 1;
    if (this.#underWay.has(item)) this.#rest(item, { code: "lost", detail: "", hint: "" }, 0);
  }

  #rest(item, problem, wish) {
    item.stage = "resting";
    item.problem = problem;
    const backoff = Math.min(FIRST_REST_MS * 2 ** (item.tries - 1), LONGEST_REST_MS);
    const rest = Math.max(wish, backoff * (0.5 + Math.random() / 2));
    if (rest < Infinity) item.timer = setTimeout(() => this.#send(item), rest);
    this.#tell(item);
  }

  #refuse(item, problem, status) {
    this.#end(item, "refused", problem);
    // No more pages or space for this person: it would hold for every other file, too.
    if (status !== 402) return;
    for (const other of this.#waiting.splice(0)) this.#end(other, "refused", problem);
  }

  #end(item, stage, problem) {
    this.#underWay.delete(item);
    item.stage = stage;
    item.problem = problem;
    item.xhr = null;
    this.#next();
    this.#tell(item);
  }
}

function formOf({ file, name, fields }) {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  // A form writes quotation marks in names as %22.
  if (/["\r\n]/.test(name)) form.append("filename", name);
  form.append("file", file, name);
  return form;
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

// `crypto.randomUUID` is not there on pages by plain HTTP from another machine.
function makeKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}
