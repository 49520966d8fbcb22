// Text reaches the page as text only: names and messages come from strangers.
const table = document.getElementById("jobs");
const note = document.getElementById("note");
const drop = document.getElementById("drop");
const file = document.getElementById("file");
const ended = ["completed", "failed", "cancelled"];
const rows = new Map();
const streams = new Map();

function element(tag, text = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function link(text, href) {
  const made = element("a", text);
  made.href = href;
  return made;
}

function show(job) {
  const row = rows.get(job.id) ?? table.insertRow(rows.size && job.isNew ? 0 : -1);
  rows.set(job.id, row);
  const progress = element("progress");
  progress.max = 100;
  progress.value = job.progress;
  const cells = [job.document.filename, job.state, "", ""].map((text) => element("td", text));
  cells[2].append(progress, element("small", " " + job.message));
  if (job.options.outputs.includes("markdown") && job.pages.done) {
    cells[3].append(link("Markdown", `${job.links.outputs}/markdown?partial=true`));
  }
  row.className = job.state;
  row.replaceChildren(...cells);
  if (!ended.includes(job.state)) watch(job);
}

function watch(job) {
  if (streams.has(job.id) || streams.size >= 4) return; // browsers open six connections per host
  const source = new EventSource(job.links.events + "?after=" + job.version);
  streams.set(job.id, source);
  source.addEventListener("job", (message) => {
    const news = JSON.parse(message.data);
    if (ended.includes(news.state)) {
      source.close();
      streams.delete(job.id);
      refresh();
    }
    show(news);
  });
}

async function refresh() {
  const answer = await fetch("/v1/jobs?limit=20");
  if (answer.ok) (await answer.json()).jobs.forEach(show);
}

async function send(files) {
  for (const one of files) {
    note.textContent = `Sending ${one.name} …`;
    const form = new FormData();
    form.append("file", one);
    try {
      const answer = await fetch("/v1/jobs", { method: "POST", body: form });
      const body = await answer.json();
      note.textContent = answer.ok ? `${one.name} is safe here.` : `${body.detail}. ${body.hint}`;
      if (answer.ok) show({ ...body, isNew: true });
    } catch {
      note.textContent = `${one.name} could not be sent. Does the server run?`;
    }
  }
}

file.addEventListener("change", () => send([...file.files]));
drop.addEventListener("keydown", (key) => key.key === "Enter" && file.click());
drop.addEventListener("dragover", (event) => event.preventDefault());
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  send([...event.dataTransfer.files]);
});
refresh();
