// Correcting by hand: a block's lines as the engine gave them, each beside its place on the picture.
import { ask, say } from "./app.js";

const SVG = "http://www.w3.org/2000/svg";

export const isCorrecting = (text) => text.querySelector("form.lines") !== null;

// Opens the lines of a block in its place. `done(job)` is told after something was saved.
export async function correct(part, { id, number, sheet, picture, done }) {
  if (part.querySelector("form.lines") || !part.dataset.sources) return;
  const page = await ask("GET", `/v1/jobs/${id}/pages/${number}?format=json`);
  if (!page) return;
  const form = document.createElement("form"), shown = part.querySelector(".prose");
  form.className = "lines";
  for (const place of part.dataset.sources.split(",").map(Number)) {
    form.append(line(place, page.blocks[place], form.children.length + 1));
  }
  form.append(buttons());
  shown.hidden = true;
  part.append(form);

  function close() {
    mark(sheet, null);
    form.remove();
    shown.hidden = false;
    part.focus();
  }

  form.addEventListener("focusin", ({ target }) => {
    const { place } = target.dataset;
    const box = mark(sheet, place === undefined ? null : page.blocks[place].box);
    if (box) picture.reveal(box);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  form.addEventListener("click", ({ target }) => target.matches("[data-leave]") && close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const job = await save(form, id, number);
    if (job === null) return;
    close();
    if (job) say("Corrected. The outputs are written anew.", "good"), done(job);
  });
  form.querySelector("textarea").focus();
}

// The text of a block as a person may change it: of a table, its rows with tabs between cells.
export function textOf(block) {
  if (!block.cells?.length) return block.text;
  const rows = Map.groupBy(block.cells.toSorted((a, b) => a.row - b.row || a.column - b.column), (cell) => cell.row);
  return [...rows.values()].map((row) => row.map((cell) => cell.text.split(/\s+/).filter(Boolean).join(" ")).join("\t")).join("\n");
}

function line(place, block, count) {
  const label = document.createElement("label"), field = document.createElement("textarea"), name = document.createElement("span");
  const text = textOf(block);
  name.textContent = `Line ${count}${block.confidence == null ? "" : `, ${Math.round(100 * block.confidence)} % sure`}`;
  name.className = "hint";
  field.value = field.dataset.before = text;
  field.dataset.place = place;
  field.dir = "auto";
  field.rows = text.split("\n").length;
  field.maxLength = 100000;
  label.append(name, field);
  return label;
}

function buttons() {
  const row = document.createElement("div"), save = document.createElement("button"), leave = document.createElement("button");
  row.className = "row";
  save.className = "primary";
  save.textContent = "Save";
  leave.type = "button";
  leave.textContent = "Leave it";
  leave.dataset.leave = "";
  const hint = document.createElement("span");
  hint.className = "hint";
  hint.textContent = "Ctrl+Enter saves, Escape leaves it as it was.";
  row.append(save, leave, hint);
  return row;
}

// Sends what was changed, line by line. The job as it stands then; undefined where nothing was
// changed, null where something was refused.
async function save(form, id, number) {
  let job;
  for (const field of form.querySelectorAll("textarea")) {
    const { place, before } = field.dataset;
    if (field.value === before) continue;
    const answer = await ask("PATCH", `/v1/jobs/${id}/pages/${number}/blocks/${place}`, { text: field.value, before });
    if (!answer) return await compare(field, place, id, number), null;
    field.dataset.before = field.value;
    job = answer;
  }
  return job;
}

// Somebody may have been quicker: what the block says now stands beside the field, and saving again
// takes its place.
async function compare(field, place, id, number) {
  const page = await ask("GET", `/v1/jobs/${id}/pages/${number}?format=json`);
  const now = page?.blocks[place] ? textOf(page.blocks[place]) : field.dataset.before;
  if (now === field.dataset.before) return;
  field.dataset.before = now;
  field.previousElementSibling.textContent = `It says now: ${now}`;
  field.focus();
}

// The box of one line over the picture, and no other.
function mark(sheet, box) {
  sheet.querySelector("rect.line")?.remove();
  if (!box) return null;
  const rect = document.createElementNS(SVG, "rect");
  rect.setAttribute("class", "line");
  const values = { x: box.x0 - 1, y: box.y0 - 1, width: box.x1 - box.x0 + 2, height: box.y1 - box.y0 + 2, rx: 2 };
  for (const [name, value] of Object.entries(values)) rect.setAttribute(name, value);
  sheet.querySelector("svg")?.append(rect);
  return rect;
}
