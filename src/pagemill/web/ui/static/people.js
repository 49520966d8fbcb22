// Adding somebody, and what one user may do and take up. Tokens are served by the account's script.
import { ask, say } from "./app.js";
import "./account.js";

const added = document.getElementById("new-user");
added?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const made = await ask("POST", "/v1/users", Object.fromEntries(new FormData(added)));
  if (made) location.assign(`/ui/people/${encodeURIComponent(made.id)}`);
});

const changed = document.getElementById("change-user");
changed?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const path = `/v1/users/${encodeURIComponent(changed.dataset.user)}`;
  if (await ask("PATCH", path, changeOf(changed))) say("Saved.", "good");
});

// What is empty is left to the settings: null for a limit, 0 for the others.
function changeOf(form) {
  const given = new FormData(form);
  const number = (name, empty) => (given.get(name) === "" ? empty : Number(given.get(name)));
  const limits = {};
  for (const name of given.keys()) {
    if (name.startsWith("limits.")) limits[name.slice(7)] = number(name, null);
  }
  return {
    role: given.get("role"),
    weight: number("weight", 1),
    max_running: number("max_running", 0),
    page_seconds: number("page_seconds", 0),
    automatic: given.has("automatic"),
    limits,
  };
}
