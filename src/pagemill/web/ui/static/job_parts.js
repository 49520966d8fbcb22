// Blocks in the text and their boxes on the picture: what is pointed at here is lit there.

// The boxes of a page that was just fetched, the small ones on top; null where there are none.
export function adopt(text) {
  const overlay = text.querySelector("svg.overlay");
  overlay?.remove();
  const area = (rect) => rect.width.baseVal.value * rect.height.baseVal.value;
  overlay?.append(...[...overlay.children].sort((a, b) => area(b) - area(a)));
  return overlay;
}

// Lights a block and its box, given either of them, and nothing else; null for nothing.
export function light(one, text, sheet) {
  for (const lit of document.querySelectorAll(".lit")) lit.classList.remove("lit");
  const number = one?.dataset.part;
  if (number === undefined) return;
  boxOf(number, sheet)?.classList.add("lit");
  text.querySelector(`.part[data-part="${number}"]`)?.classList.add("lit");
}

export function boxOf(number, sheet) {
  return sheet.querySelector(`rect[data-part="${number}"]`);
}

// What is said of a block that has the focus; its box comes into view.
export function tellPart(part, sheet, picture) {
  const box = boxOf(part.dataset.part, sheet);
  if (box) picture.reveal(box);
  const parts = [...part.parentElement.querySelectorAll(".part")];
  return `${part.getAttribute("aria-label")}. Block ${parts.indexOf(part) + 1} of ${parts.length}.`;
}

// As people search: without case and accents, letter by letter, so that places stay.
const fold = (text) => Array.from(text, (letter) => {
  const plain = letter.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.length === letter.length ? plain : letter;
}).join("");
const UNPARTED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

// Marks blocks that hold any of the words, and the words in them; the first one comes into view.
export function markWords(query, text, sheet, picture) {
  const wanted = query.replace(/(^|\s)-("[^"]*"|\S+)/g, " ");
  const words = fold(wanted).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const ranges = [];
  let first = null;
  for (const part of text.querySelectorAll(".part")) {
    const before = ranges.length;
    const walk = document.createTreeWalker(part.querySelector(".prose"), NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) ranges.push(...found(walk.currentNode, words));
    if (ranges.length === before) continue;
    part.classList.add("hit");
    boxOf(part.dataset.part, sheet)?.classList.add("hit");
    first ??= part;
  }
  window.CSS?.highlights?.set("hit", new Highlight(...ranges));
  if (!first) return;
  first.scrollIntoView({ block: "nearest" });
  const box = boxOf(first.dataset.part, sheet);
  if (box) picture.reveal(box);
}

function* found(node, words) {
  const folded = fold(node.data);
  for (const word of words) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) {
      if (/[\p{L}\p{N}]/u.test(folded[at - 1] ?? "") && !UNPARTED.test(word)) continue;
      const range = new Range();
      range.setStart(node, at);
      range.setEnd(node, at + word.length);
      yield range;
    }
  }
}
