// The keyboard: pages, zoom, blocks.

const ZOOM = { "+": "in", "=": "in", "-": "out", 0: "width", 9: "page" };

// `open(part)` corrects a block, null for who may not; `step(n)` goes n pages further.
export function keys({ viewer, text, picture, choose, open, step }) {
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input, textarea, select, dialog *")) return;
    const isHere = viewer.contains(target);
    if (!isHere && target !== document.body && target.id !== "main") return;
    if (act(key, target, isHere)) event.preventDefault();
  });

  function act(key, target, isHere) {
    if (target.matches("[role=tab]") && key.startsWith("Arrow")) return turnTab(target, key);
    if (isHere && target.matches(".part")) {
      if (key === "ArrowDown" || key === "ArrowUp") return move(target, key === "ArrowDown" ? 1 : -1);
      if (key === "Enter" && open) return open(target), true;
    }
    if (key === "ArrowRight" || key === "ArrowLeft") {
      if (target.id === "picture" && picture.isWide) return false;
      return step(key === "ArrowRight" ? 1 : -1), true;
    }
    if (isHere && (key === "PageDown" || key === "PageUp")) return step(key === "PageDown" ? 1 : -1), true;
    if (target.matches(".strip button") && (key === "ArrowDown" || key === "ArrowUp")) {
      return step(key === "ArrowDown" ? 1 : -1), focusCell(), true;
    }
    if (key in ZOOM) return picture.zoom(ZOOM[key]), true;
    if (key === "b") return document.getElementById("boxes").click(), true;
    if (key === "g") return document.getElementById("number").select(), true;
    return false;
  }

  function focusCell() {
    viewer.querySelector(".strip [aria-current]")?.focus({ preventScroll: true });
  }

  function turnTab(tab, key) {
    const tabs = [...tab.parentElement.children];
    const next = tabs[(tabs.indexOf(tab) + (key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length];
    choose(next.dataset.view);
    next.focus();
    return true;
  }

  function move(part, by) {
    const parts = [...text.querySelectorAll(".part")], next = parts[parts.indexOf(part) + by];
    if (!next) return true;
    part.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    return true;
  }
}
