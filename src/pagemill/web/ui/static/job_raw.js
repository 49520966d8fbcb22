// A page as programs get it: Markdown or JSON, as plain text.

const MOST = 400000;
let asked = 0;

export async function showRaw(id, number, format, place) {
  const mine = ++asked;
  const answer = await fetch(`/v1/jobs/${id}/pages/${number}?format=${format}`).catch(() => null);
  const body = answer ? await answer.text() : "";
  if (mine !== asked) return;
  place.textContent = answer?.ok ? told(body, format) : refusal(body);
}

function told(body, format) {
  const text = format === "json" ? JSON.stringify(JSON.parse(body), null, 2) : body;
  if (text.length <= MOST) return text;
  return `${text.slice(0, MOST)}\n… (${text.length.toLocaleString("en")} letters; the rest is in the answer of the API)`;
}

function refusal(body) {
  try {
    const { detail, hint } = JSON.parse(body);
    return `${detail}. ${hint}`;
  } catch {
    return "The server does not answer. Try again in a moment.";
  }
}
