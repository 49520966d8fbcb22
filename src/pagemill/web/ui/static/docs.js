// A plain reference made of /openapi.json: every route, what it takes, what it answers.
const api = await (await fetch("/openapi.json")).json();

function element(tag, ...children) {
  const made = document.createElement(tag);
  made.append(...children.filter(Boolean));
  return made;
}

function typeOf(schema = {}) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" or ");
  if (schema.enum) return schema.enum.join(" | ");
  if (schema.type === "array") return `list of ${typeOf(schema.items)}`;
  return schema.format ?? schema.type ?? "any";
}

function row(...cells) {
  return element("tr", ...cells.map((cell) => element("td", cell)));
}

function fields(schema) {
  const named = schema?.$ref ? api.components.schemas[typeOf(schema)] : schema;
  return Object.entries(named?.properties ?? {}).map(([name, part]) =>
    row(element("code", name), typeOf(part), part.description ?? ""));
}

function table(title, rows) {
  return rows.length ? element("div", element("h4", title), element("table", ...rows)) : null;
}

function route(path, method, about) {
  const section = element("section",
    element("h3", element("code", `${method.toUpperCase()} ${path}`)),
    element("p", about.description ?? ""),
    table("Parameters", (about.parameters ?? []).map((given) =>
      row(element("code", given.name), `${given.in}, ${typeOf(given.schema)}`, given.description ?? ""))));
  for (const [type, body] of Object.entries(about.requestBody?.content ?? {})) {
    section.append(table(`Body (${type})`, fields(body.schema)) ?? "");
  }
  for (const [status, answer] of Object.entries(about.responses)) {
    if (!status.startsWith("2")) continue;
    section.append(table(`Answer ${status}`, fields(answer.content?.["application/json"]?.schema)) ?? "");
  }
  return section;
}

const routes = document.getElementById("routes");
for (const [path, methods] of Object.entries(api.paths)) {
  for (const [method, about] of Object.entries(methods)) routes.append(route(path, method, about));
}
for (const error of api["x-errors"]) {
  const line = row(String(error.status), element("code", error.code), error.title, error.hint);
  line.id = error.code;
  document.getElementById("errors").append(line);
}
if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
