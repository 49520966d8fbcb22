// The folded options: what is chosen in one line, kept in this browser, as fields of a job.

const KEPT = "quick.options", NEVER_KEPT = "password";
const form = document.getElementById("form"), chosen = document.getElementById("chosen");

// Called once. `form` says its defaults itself.
export function startOptions() {
  bring();
  tell();
  form.addEventListener("change", () => {
    keep();
    tell();
  });
  form.addEventListener("reset", () => setTimeout(() => (localStorage.removeItem(KEPT), tell())));
  form.addEventListener("submit", (event) => event.preventDefault());
}

// Fields for the API, or null when something is wrong, which the person is shown.
export function fieldsOfOptions() {
  const outputs = checkedOutputs();
  form.outputs[0].setCustomValidity(outputs.length ? "" : "Choose at least one output.");
  if (!form.checkValidity()) {
    document.getElementById("options").open = true;
    form.reportValidity();
    return null;
  }
  const fields = { outputs: outputs.map((box) => box.value).join(",") };
  for (const { name, value } of form.elements) {
    if (name && name !== "outputs" && value.trim()) fields[name] = value.trim();
  }
  return fields;
}

export function wordOfOutput(name) {
  const box = [...form.outputs].find((box) => box.value === name);
  return box ? box.labels[0].textContent.trim() : name;
}

function checkedOutputs() {
  return [...form.outputs].filter((box) => box.checked);
}

// Outputs, and what else is not as it was.
function tell() {
  const words = checkedOutputs().map((box) => wordOfOutput(box.value));
  for (const field of form.elements) {
    if (!field.name || field.name === "outputs") continue;
    const label = field.labels[0].firstChild.textContent.trim();
    if (field.name === NEVER_KEPT) words.push(field.value && "with a password");
    else if (field.type === "select-one") {
      const first = [...field.options].findIndex((option) => option.defaultSelected);
      const isOther = field.selectedIndex !== Math.max(first, 0);
      words.push(isOther && `${label}: ${field.selectedOptions[0].textContent.trim()}`);
    } else words.push(field.value.trim() && `${label}: ${field.value.trim()}`);
  }
  chosen.textContent = words.filter(Boolean).join(" · ");
}

function keep() {
  const fields = [...new FormData(form)].filter(([name, value]) => name !== NEVER_KEPT && value);
  localStorage.setItem(KEPT, JSON.stringify(fields));
}

// What was kept may name what is not there any more.
function bring() {
  const fields = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
  const outputs = fields.filter(([name]) => name === "outputs").map(([, value]) => value);
  if (outputs.length) for (const box of form.outputs) box.checked = outputs.includes(box.value);
  for (const [name, value] of fields) {
    const field = name === "outputs" ? null : form.elements[name];
    const isThere = field?.type !== "select-one" || [...field.options].some((o) => o.value === value);
    if (field && isThere) field.value = value;
  }
}
