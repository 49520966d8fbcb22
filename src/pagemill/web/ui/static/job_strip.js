// The pages as a strip of small pictures. It takes any number: cells are made for what is seen.

const PICTURE_DPI = 18, REST_MS = 120, BEYOND = 3, AT_ONCE = 2;
const STATES = {
  q: "queued", p: "processing", d: "done", r: "retrying", f: "failed", c: "cancelled", h: "paused",
};

export class Strip {
  #box; #track; #go; #id; #cells = new Map(); #timer = 0; #asked = 0; #numbers = []; #states = new Map();
  current = 0;

  // `go(number)` is called for the page that somebody chooses.
  constructor(box, id, go) {
    this.#box = box;
    this.#id = id;
    this.#go = go;
    this.#track = document.createElement("div");
    this.#track.className = "track";
    box.append(this.#track);
    box.addEventListener("scroll", () => this.#draw(), { passive: true });
    box.addEventListener("click", (event) => {
      const cell = event.target.closest("[data-number]");
      if (cell) this.#go(Number(cell.dataset.number));
    });
    new ResizeObserver(() => this.#draw()).observe(box);
  }

  // Runs of pages as the server has them: `d5f1q994`; `-` for pages left out.
  read(runs) {
    const before = this.#numbers;
    this.#numbers = [];
    this.#states.clear();
    let number = 1;
    for (const [, letter, count] of runs.matchAll(/([a-z-])(\d+)/g)) {
      for (const end = number + Number(count); number < end; number++) {
        if (letter === "-") continue;
        this.#numbers.push(number);
        this.#states.set(number, letter);
      }
    }
    const isSame = before.length === this.count && before[0] === this.#numbers[0] && before.at(-1) === this.last;
    if (isSame) this.#tellAll();
    else this.#clear();
  }

  get count() {
    return this.#numbers.length;
  }

  get last() {
    return this.#numbers.at(-1) ?? 0;
  }

  has(number) {
    return this.#states.has(number);
  }

  state(number) {
    return STATES[this.#states.get(number)] ?? "";
  }

  set(number, state) {
    const letter = Object.keys(STATES).find((one) => STATES[one] === state);
    if (!this.#states.has(number)) return;
    this.#states.set(number, letter);
    const cell = this.#cells.get(this.#place(number));
    if (cell) this.#tell(cell, number);
  }

  // The page so many pages further; pages that the job leaves out are passed over.
  beside(number, step) {
    const at = Math.max(0, Math.min(this.count - 1, this.#place(number) + step));
    return this.#numbers[at] ?? number;
  }

  // The nearest page that there is.
  nearest(number) {
    return this.beside(number, 0);
  }

  show(number) {
    this.current = number;
    const at = this.#place(number), { size, room, start } = this.#measure();
    if (at * size < start || (at + 1) * size > start + room) {
      this.#scrollTo(at * size - (room - size) / 2);
    }
    this.#draw();
    this.#tellAll();
  }

  // By halves: pages left out make numbers and places differ.
  #place(number) {
    let low = 0, high = this.#numbers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#numbers[middle] < number) low = middle + 1;
      else high = middle;
    }
    return Math.min(low, Math.max(0, this.#numbers.length - 1));
  }

  get #isLevel() {
    return this.#box.clientWidth > this.#box.clientHeight;
  }

  #measure() {
    const style = getComputedStyle(this.#box), isLevel = this.#isLevel;
    return {
      isLevel,
      size: parseFloat(style.getPropertyValue(isLevel ? "--cell-width" : "--cell-height")),
      room: isLevel ? this.#box.clientWidth : this.#box.clientHeight,
      start: isLevel ? this.#box.scrollLeft : this.#box.scrollTop,
    };
  }

  #scrollTo(at) {
    this.#box.scrollTo(this.#isLevel ? { left: at } : { top: at });
  }

  #clear() {
    for (const cell of this.#cells.values()) cell.remove();
    this.#cells.clear();
    this.#draw();
  }

  #draw() {
    const { isLevel, size, room, start } = this.#measure();
    const length = `${this.count * size}px`;
    this.#track.style.width = isLevel ? length : "";
    this.#track.style.height = isLevel ? "" : length;
    const first = Math.max(0, Math.floor(start / size) - BEYOND);
    const last = Math.min(this.count, Math.ceil((start + room) / size) + BEYOND);
    for (const [place, cell] of this.#cells) {
      if (place >= first && place < last) continue;
      cell.remove();
      this.#cells.delete(place);
    }
    for (let place = first; place < last; place++) {
      const cell = this.#cells.get(place) ?? this.#make(place);
      cell.style.transform = isLevel ? `translateX(${place * size}px)` : `translateY(${place * size}px)`;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fetch(), REST_MS);
  }

  #tellAll() {
    for (const [place, cell] of this.#cells) this.#tell(cell, this.#numbers[place]);
  }

  #make(place) {
    const cell = document.createElement("button"), number = this.#numbers[place];
    cell.type = "button";
    cell.dataset.number = number;
    const picture = document.createElement("span"), label = document.createElement("span");
    picture.className = "thumb";
    label.textContent = number.toLocaleString("en");
    cell.append(picture, label);
    this.#tell(cell, number);
    this.#track.append(cell);
    this.#cells.set(place, cell);
    return cell;
  }

  #tell(cell, number) {
    const state = this.state(number), isCurrent = number === this.current;
    cell.className = `cell state-${state}`;
    cell.setAttribute("aria-label", `Page ${number}, ${state}`);
    cell.tabIndex = isCurrent ? 0 : -1;
    if (isCurrent) cell.setAttribute("aria-current", "page");
    else cell.removeAttribute("aria-current");
  }

  // Pictures only for what one rests at: whoever scrolls past a thousand pages asks for none. Two at
  // a time: a browser opens six connections, and the page that is looked at comes first.
  #fetch() {
    for (const [place, cell] of this.#cells) {
      if (this.#asked === AT_ONCE) return;
      if (!cell.firstChild.firstChild && !cell.dataset.broken) this.#ask(cell, this.#numbers[place]);
    }
  }

  #ask(cell, number) {
    const picture = document.createElement("img");
    const ended = (isBroken) => {
      this.#asked -= 1;
      if (isBroken) picture.remove(), (cell.dataset.broken = "1");
      this.#fetch();
    };
    this.#asked += 1;
    picture.alt = "";
    picture.fetchPriority = "low";
    picture.addEventListener("load", () => ended(false));
    picture.addEventListener("error", () => ended(true));
    picture.src = `/v1/jobs/${this.#id}/pages/${number}?format=image&dpi=${PICTURE_DPI}`;
    cell.firstChild.append(picture);
  }
}
