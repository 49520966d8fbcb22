// The picture of a page: fitted or zoomed, moved by dragging, with the boxes of its blocks over it.

const STEP = 1.25, LEAST = 0.1, MOST = 8, POINTS_PER_INCH = 72, CSS_PER_INCH = 96;
const RESOLUTIONS = [72, 96, 144, 200, 300];

export class Picture {
  #box; #sheet; #image = null; #told; #fit = "width"; #scale = 1; #size = [612, 792]; #url = "";

  // `told(scale, fit)` hears of every change. Sizes are in points; at a scale of 1 the page is as
  // large as on paper.
  constructor(box, sheet, told) {
    this.#box = box;
    this.#sheet = sheet;
    this.#told = told;
    new ResizeObserver(() => this.#fit && this.#apply()).observe(box);
    box.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.#letDrag();
  }

  // A new page: `url` is its picture without a resolution. Its size is known when it was read, or
  // else from the picture.
  show(url, number) {
    this.#url = url;
    this.#sheet.querySelector("svg")?.remove();
    const image = document.createElement("img");
    image.alt = `Page ${number}`;
    image.draggable = false;
    image.addEventListener("load", () => {
      if (image !== this.#image) return;
      this.#sheet.classList.remove("broken");
      const dpi = Number(new URL(image.src).searchParams.get("dpi"));
      const [width, height] = [image.naturalWidth, image.naturalHeight].map((n) => (n * POINTS_PER_INCH) / dpi);
      if (!this.#sheet.querySelector("svg")) this.#measure(width, height);
    });
    image.addEventListener("error", () => image === this.#image && this.#sheet.classList.add("broken"));
    this.#image?.remove();
    this.#image = image;
    this.#sheet.prepend(image);
    this.#box.scrollTop = 0;
    this.#apply();
  }

  // The boxes of the blocks, as the server drew them.
  lay(overlay) {
    this.#sheet.querySelector("svg")?.remove();
    if (!overlay) return;
    this.#sheet.append(overlay);
    const { width, height } = overlay.viewBox.baseVal;
    this.#measure(width, height);
  }

  zoom(how) {
    if (how === "width" || how === "page") this.#fit = how;
    else this.#to(this.#scale * (how === "in" ? STEP : 1 / STEP));
    this.#apply();
  }

  // Whether there is more of the page to the sides than is seen.
  get isWide() {
    return this.#box.scrollWidth > this.#box.clientWidth + 1;
  }

  // Brings a box into view, if it is not.
  reveal(rect) {
    const at = rect.getBoundingClientRect(), seen = this.#box.getBoundingClientRect();
    if (at.top < seen.top || at.bottom > seen.bottom) {
      this.#box.scrollBy({ top: at.top + at.height / 2 - seen.top - seen.height / 2 });
    }
    if (at.left < seen.left || at.right > seen.right) {
      this.#box.scrollBy({ left: at.left + at.width / 2 - seen.left - seen.width / 2 });
    }
  }

  #measure(width, height) {
    this.#size = [width, height];
    this.#apply();
  }

  #to(scale) {
    this.#fit = "";
    this.#scale = Math.max(LEAST, Math.min(MOST, scale));
  }

  #apply() {
    const [width, height] = this.#size.map((n) => (n * CSS_PER_INCH) / POINTS_PER_INCH);
    const style = getComputedStyle(this.#box);
    const room = this.#box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const high = this.#box.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
    if (this.#fit === "width") this.#scale = room / width;
    if (this.#fit === "page") this.#scale = Math.min(room / width, high / height);
    this.#sheet.style.width = `${width * this.#scale}px`;
    this.#sheet.style.height = `${height * this.#scale}px`;
    this.#told(this.#scale, this.#fit);
    this.#fetch();
  }

  // As sharp as the screen can show, in few steps; the picture of before stays until it is there.
  #fetch() {
    if (!this.#image || !this.#url) return;
    const needed = CSS_PER_INCH * this.#scale * (window.devicePixelRatio || 1);
    const dpi = RESOLUTIONS.find((one) => one >= needed * 0.85) ?? RESOLUTIONS.at(-1);
    const src = new URL(`${this.#url}&dpi=${dpi}`, location.href).href;
    if (Number(this.#image.dataset.dpi ?? 0) >= dpi) return;
    this.#image.dataset.dpi = dpi;
    this.#image.src = src;
  }

  // The point under the mouse stays where it is.
  #wheel(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const before = this.#sheet.getBoundingClientRect();
    const x = (event.clientX - before.left) / before.width, y = (event.clientY - before.top) / before.height;
    this.#to(this.#scale * Math.exp(-event.deltaY / 300));
    this.#apply();
    const after = this.#sheet.getBoundingClientRect();
    this.#box.scrollBy(after.left + x * after.width - event.clientX, after.top + y * after.height - event.clientY);
  }

  #letDrag() {
    let from = null, isMoved = false;
    this.#box.addEventListener("pointerdown", (event) => {
      isMoved = false;
      if (event.pointerType !== "mouse" || event.button) return;
      from = { x: event.clientX + this.#box.scrollLeft, y: event.clientY + this.#box.scrollTop };
    });
    window.addEventListener("pointermove", (event) => {
      if (!from) return;
      const { scrollLeft, scrollTop } = this.#box;
      isMoved ||= Math.hypot(from.x - event.clientX - scrollLeft, from.y - event.clientY - scrollTop) > 4;
      this.#box.classList.add("dragged");
      this.#box.scrollTo(from.x - event.clientX, from.y - event.clientY);
    });
    // Letting go of what was moved is no click on a block.
    this.#box.addEventListener("click", (event) => isMoved && event.stopPropagation(), true);
    window.addEventListener("pointerup", () => {
      from = null;
      this.#box.classList.remove("dragged");
    });
  }
}
