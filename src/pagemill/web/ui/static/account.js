// Tokens and one's own settings. Other pages that list tokens use `tokens`.
import { ask, say } from "./app.js";

// Makes and revokes the tokens of every list in `root`; the page is drawn anew after each.
export function tokens(root = document) {
  for (const section of root.querySelectorAll("[data-tokens]")) serve(section);
}

function serve(section) {
  const base = section.dataset.tokens;
  const form = section.querySelector("[data-make-token]");
  section.addEventListener("click", async ({ target }) => {
    const { revoke, mine } = target.dataset;
    if (!revoke) return;
    const asked = mine === "1" ? "This browser is signed in with it. Revoke it?" : `Revoke ${revoke}…?`;
    if (confirm(asked) && (await ask("DELETE", `${base}/${encodeURIComponent(revoke)}`))) {
      location.reload();
    }
  });
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { name, days, scopes } = Object.fromEntries(new FormData(form));
    const chosen = scopes ? scopes.split(",") : [];
    const made = await ask("POST", base, { name, days: Number(days), scopes: chosen });
    if (made) show(section, made);
  });
}

function show(section, made) {
  const place = section.querySelector("[data-made]");
  const text = place.querySelector("[data-text]");
  text.value = made.token;
  place.hidden = false;
  text.focus();
  text.select();
  place.querySelector("[data-copy]").onclick = async () => {
    await navigator.clipboard.writeText(text.value).catch(() => document.execCommand("copy"));
    say("Copied.", "good");
  };
}

const settings = document.querySelector("[data-my-settings]");
settings?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = new FormData(settings);
  const changed = {
    concurrent_ocr_jobs: Number(given.get("concurrent_ocr_jobs")),
    ocr_timeout_seconds: Number(given.get("ocr_timeout_seconds")),
    enable_background_ocr: given.has("enable_background_ocr"),
  };
  if (await ask("PATCH", "/v1/me/settings", changed)) say("Saved.", "good");
});

tokens();
