// What every page needs: news from the server, messages to people, the theme.

const WAIT_MS = 1000, LONGEST_WAIT_MS = 15000;

// A sentence in the corner. `kind` is "good", "bad" or ""; bad news stay until they are closed.
export function say(text, kind = "") {
  const toast = document.createElement("p");
  toast.className = `toast ${kind}`;
  toast.append(text);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet";
  close.textContent = "Close";
  close.addEventListener("click", () => toast.remove());
  toast.append(close);
  document.getElementById("toasts").append(toast);
  if (kind !== "bad") setTimeout(() => toast.remove(), 6000);
}

// The answer of the API as an object; null, and a word to the person, when it was refused.
export async function ask(method, path, body) {
  const isForm = body instanceof FormData;
  const headers = { Accept: "application/json" };
  if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
  try {
    const sent = body === undefined || isForm ? body : JSON.stringify(body);
    const answer = await fetch(path, { method, headers, body: sent });
    if (answer.status === 401) return signIn();
    if (answer.status === 204) return {};
    const said = await answer.json();
    if (answer.ok) return said;
    say(`${said.detail}. ${said.hint}`, "bad");
  } catch {
    say("The server does not answer. Try again in a moment.", "bad");
  }
  return null;
}

export function signIn() {
  location.assign(`/ui/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  return null;
}

// News as they happen: `handlers` by the name of the event, each given the data as text and the id.
// Comes again by itself, with the last id it saw, when the server was away; holds no connection
// while nobody looks, for browsers open six to a host. `handlers.gone` is told when what it was
// about is no more. Returns a function that ends it.
// `onBack` runs when it is connected again after a break, and when the server says that more has
// happened than it tells: look once at what may have been missed.
export function live(url, handlers, onBack = () => {}) {
  let source = null, timer = 0, wait = WAIT_MS, last = "", wasAway = document.hidden, isOver = false;

  function open() {
    clearTimeout(timer);
    if (source || isOver || document.hidden) return;
    const query = last ? (url.includes("?") ? "&" : "?") + "after=" + last : "";
    source = new EventSource(url + query);
    source.addEventListener("open", () => {
      wait = WAIT_MS;
      connected(true);
      if (wasAway) onBack();
      wasAway = false;
    });
    source.addEventListener("error", lose);
    source.addEventListener("hello", ({ data, lastEventId }) => {
      last = lastEventId;
      if (JSON.parse(data).missed) onBack();
    });
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (message) => {
        if (message.lastEventId) last = message.lastEventId;
        handle(message.data, message.lastEventId);
      });
    }
  }

  function shut() {
    source?.close();
    source = null;
  }

  async function lose() {
    shut();
    if (isOver || document.hidden) return;
    wasAway = true;
    const status = await knock(url, last);
    if (isOver || source) return;
    if (status === 401) return signIn();
    if (status === 404 || status === 204) {
      isOver = true;
      connected(true);
      if (status === 404) handlers.gone?.("");
      return;
    }
    if (status !== 200) connected(false);
    timer = setTimeout(open, wait * (0.5 + Math.random()));
    wait = Math.min(2 * wait, LONGEST_WAIT_MS);
  }

  function look() {
    if (document.hidden) shut(), (wasAway = true);
    else open();
  }

  document.addEventListener("visibilitychange", look);
  open();
  return () => {
    isOver = true;
    document.removeEventListener("visibilitychange", look);
    clearTimeout(timer);
    shut();
  };
}

// An event stream does not say why it was refused; asking once more, as it would, does.
async function knock(url, last) {
  const hand = new AbortController();
  const headers = last ? { "Last-Event-ID": last } : {};
  const answer = await fetch(url, { headers, signal: hand.signal }).catch(() => null);
  hand.abort();
  return answer?.status ?? 0;
}

function connected(is) {
  const line = document.getElementById("connection");
  line.hidden = is;
  line.textContent = is ? "" : "The server does not answer. This page goes on by itself when it is back.";
}

// Times as they are here, and how long ago they were.
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

export function tellTimes(root = document) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const seconds = (at - Date.now()) / 1000;
    const [unit, size] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? STEPS[3];
    time.title = absolute.format(at);
    time.textContent = relative.format(Math.round(seconds / size), unit);
  }
}

function switchTheme() {
  const root = document.documentElement;
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = root.dataset.theme ?? (isDark ? "dark" : "light");
  root.dataset.theme = now === "dark" ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
}

document.querySelector("[data-theme-switch]").addEventListener("click", switchTheme);
document.body.addEventListener("htmx:afterSwap", (swap) => tellTimes(swap.target));
document.body.addEventListener("htmx:sendError", () =>
  say("The server does not answer. Try again in a moment.", "bad"));
document.body.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
  if (xhr.status === 401) return;
  let said = {};
  try {
    said = JSON.parse(xhr.responseText);
  } catch {
    // A page, not a problem of the API.
  }
  say(said.detail ? `${said.detail}. ${said.hint}` : `Refused (${xhr.status}).`, "bad");
});
tellTimes();
setInterval(tellTimes, 10000);
