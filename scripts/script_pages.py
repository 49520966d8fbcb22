"""Pages to learn scripts from: words of the world's locales, drawn in many fonts, as scanned.

The words are Babel's (names of countries, languages, currencies, months) and the commonest ones of
stopwordsiso. A page is grey, uint8, as from a scanner: small, blurred, noisy, crooked.
"""

import io
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import stopwordsiso
from babel import Locale
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIZE = (1100, 800)
# Locales by script. The first three scripts are those that PP-OCR reads.
LOCALES = {
    "Latn": "en de fr es it pt nl pl cs sk hu ro tr sv da fi nb is et lv lt hr sl sq eu ca ga cy "
    "mt eo id ms sw az uz af so ha fil en de fr es",
    "Hani": "zh zh_Hant yue",
    "Jpan": "ja",
    "Cyrl": "ru ru uk be bg sr mk kk ky mn tg",
    "Grek": "el",
    "Arab": "ar ar fa ur ps ug sd ckb",
    "Hebr": "he yi",
    "Deva": "hi mr ne",
    "Thai": "th",
    "Kore": "ko",
    "Viet": "vi",
    "Armn": "hy",
    "Geor": "ka",
    "Beng": "bn as",
    "Taml": "ta",
    "Telu": "te",
    "Knda": "kn",
    "Mlym": "ml",
    "Gujr": "gu",
    "Guru": "pa",
    "Orya": "or",
    "Sinh": "si",
    "Khmr": "km",
    "Laoo": "lo",
    "Mymr": "my",
    "Tibt": "dz",
    "Ethi": "am ti",
}
READ = ("Latn", "Hani", "Jpan")
NUMBERS, DIRT = "Zyyy", "Zxxx"  # lines of digits and signs; pictures, rules and scribbles
_CLOSE = frozenset({"Hani", "Jpan", "Thai", "Khmr", "Laoo", "Mymr", "Tibt"})  # no spaces
_RIGHT = frozenset({"Arab", "Hebr"})
_NO_CASE = str.maketrans("", "", "\u200b\u200e\u200f")
_NEVER, _LATIN = re.compile(r"(?!)"), re.compile(r"[A-Za-z]")
_FOREIGN_NAME = re.compile(r"^[A-Z(][ -~]*$")  # in a Vietnamese list: without any marks
_MISSING = "\U000effff"


@dataclass(frozen=True, slots=True)
class Face:
    path: Path
    index: int = 0

    def font(self, size: int) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(self.path, size, index=self.index)


def words_of(script: str) -> list[list[str]]:
    """The words of each locale of a script."""
    unfit = {"Latn": _NEVER, "Viet": _FOREIGN_NAME}.get(script, _LATIN)
    return [
        [word for word in _words(name) if not unfit.search(word)]
        for name in LOCALES[script].split()
    ]


def _words(name: str) -> list[str]:
    locale = Locale.parse(name)
    tables = (locale.territories, locale.languages, locale.currencies)
    names = [word for table in tables for word in table.values()]
    for calendar in (locale.months, locale.days):
        names += [word for width in calendar["format"].values() for word in width.values()]
    common = sorted(stopwordsiso.stopwords(locale.language)) if _has_common(locale) else []
    several = [word for name in names for word in str(name).translate(_NO_CASE).split()]
    return several + common * (1 + len(several) // (2 * len(common)) if common else 0)


def _has_common(locale: Locale) -> bool:
    return locale.language in stopwordsiso.langs() and locale.script != "Hant"


def faces_in(folders: Sequence[Path]) -> list[Face]:
    paths = sorted(path for folder in folders for path in folder.rglob("*.[to]t[fc]"))
    return [Face(path) for path in paths]


def faces_for(faces: Sequence[Face], words: Sequence[str]) -> Iterator[Face]:
    """Those that have nearly all the letters."""
    letters = sorted({c for word in words for c in word if c.isalpha()})
    asked = random.Random(1).sample(letters, min(60, len(letters)))
    return (face for face in faces if _has(face, asked))


def _has(face: Face, letters: Sequence[str]) -> bool:
    try:
        font = ImageFont.truetype(face.path, 16, layout_engine=ImageFont.Layout.BASIC)
        nothing = {bytes(font.getmask(_MISSING)), b""}
        lacking = (letter for letter in letters if bytes(font.getmask(letter)) in nothing)
        return len(list(islice(lacking, 1 + len(letters) // 20))) <= len(letters) // 20
    except OSError:
        return False


def page(rng: random.Random, script: str, words: list[str], face: Face) -> Image.Image:
    """White, with lines in one face and a few sizes."""
    sheet = Image.new("L", SIZE, 255)
    pen = ImageDraw.Draw(sheet)
    size = rng.choice((15, 17, 19, 21, 21, 24, 28, 34, 44))
    if script in {"Hani", "Jpan"} and rng.random() < 0.12:
        _write_down(rng, pen, words, face.font(size))
        return sheet
    y = rng.randint(10, 40)
    while y < SIZE[1] - 2 * size:
        font = face.font(max(12, round(size * rng.choice((0.8, 1, 1, 1, 1.4)))))
        line = _line(rng, script, words)
        room = SIZE[0] - 40
        while font.getlength(line) > room and len(line) > 2:
            line = line[: int(len(line) * 0.8)]
        spare = int(room - font.getlength(line))
        x = 20 + (spare if script in _RIGHT else 0)
        pen.text((x, y), line, font=font, fill=rng.choice((0, 0, 0, 30, 70)))
        y += round(font.size * rng.uniform(1.35, 1.9))
    return sheet


def _line(rng: random.Random, script: str, words: list[str]) -> str:
    if script == NUMBERS:
        return " ".join(_number(rng) for _ in range(rng.randint(1, 8)))
    chosen = [rng.choice(words) for _ in range(rng.choice((1, 2, 3, 5, 8, 12, 14)))]
    if rng.random() < 0.15:
        chosen = [word.upper() for word in chosen]
    for at in range(len(chosen)):
        if rng.random() < 0.08:
            chosen[at] = _number(rng)
        elif rng.random() < 0.1:
            chosen[at] += rng.choice(",.;:!?)")
    return ("" if script in _CLOSE and rng.random() < 0.8 else " ").join(chosen)


def _number(rng: random.Random) -> str:
    n = rng.randint(0, 10 ** rng.randint(1, 7))
    figures = (
        f"{n}",
        f"{n:,}",
        f"{n / 100:.2f}",
        f"€ {n / 100:,.2f}",
        f"${n}.00",
        f"{n}%",
        f"{n:X}",
    )
    dates = (f"{n % 28 + 1}.{n % 12 + 1}.20{n % 90 + 10}", f"{n % 24:02}:{n % 60:02}")
    names = (f"({n})", f"#{n}", f"No. {n}", "A4", f"x = {n}", "α + β", "∑ x²", "≤")
    rules = ("+", "-", "*****", "-----", "=====", "....", "| | |")
    return rng.choice((*figures, *dates, *names, *rules))


def _write_down(
    rng: random.Random, pen: ImageDraw.ImageDraw, words: list[str], font: ImageFont.FreeTypeFont
) -> None:
    for x in range(30, SIZE[0] - 60, round(font.size * 1.8)):
        line = "".join(rng.choice(words) for _ in range(12))[: rng.randint(4, 30)]
        for row, letter in enumerate(line):
            y = 20 + row * font.size
            if y < SIZE[1] - font.size:
                pen.text((x, y), letter, font=font, fill=0)


def dirt(rng: random.Random) -> Image.Image:
    """Rules, bars, blots, waves and scribbles: what is found as a line and is none."""
    sheet = Image.new("L", SIZE, rng.choice((255, 255, 230, 40)))
    pen = ImageDraw.Draw(sheet)
    for y in range(20, SIZE[1] - 60, 60):
        tone, x = rng.choice((0, 0, 60, 120)), rng.randint(10, 300)
        length, height = rng.randint(80, 800), rng.randint(10, 40)
        rng.choice((_bars, _scribble, _blots, _hatching))(rng, pen, (x, y, length, height), tone)
    return sheet


_Place = tuple[int, int, int, int]  # left, top, length, height


def _bars(rng: random.Random, pen: ImageDraw.ImageDraw, place: _Place, tone: int) -> None:
    x, y, length, height = place
    at = x
    while at < x + length:
        wide = rng.choice((1, 2, 2, 3, 5))
        pen.rectangle((at, y, at + wide, y + height), fill=tone)
        at += wide + rng.choice((2, 3, 4, 6))


def _scribble(rng: random.Random, pen: ImageDraw.ImageDraw, place: _Place, tone: int) -> None:
    x, y, length, height = place
    steps = np.arange(0, length, 2)
    slow, fast = rng.uniform(15, 50), rng.uniform(5, 14)
    wave = np.sin(steps / slow + rng.random()) + rng.random() * np.sin(steps / fast)
    loops = steps + rng.uniform(0, 14) * np.cos(steps / fast)
    points = zip(x + loops, y + height * (1 + wave / 2) / 2, strict=True)
    pen.line([(float(a), float(b)) for a, b in points], fill=tone, width=rng.choice((1, 2, 3)))


def _blots(rng: random.Random, pen: ImageDraw.ImageDraw, place: _Place, tone: int) -> None:
    x, y, length, height = place
    for _ in range(rng.randint(3, 40)):
        left, top, wide = x + rng.random() * length, y + rng.random() * height, rng.randint(2, 30)
        box = (left, top, left + wide, top + rng.randint(2, 25))
        rng.choice((pen.ellipse, pen.rectangle))(
            box, fill=tone if rng.random() < 0.6 else None, outline=tone
        )


def _hatching(rng: random.Random, pen: ImageDraw.ImageDraw, place: _Place, tone: int) -> None:
    x, y, length, height = place
    slant, step = rng.randint(-20, 20), rng.randint(4, 20)
    for at in range(x, x + length, step):
        pen.line((at, y, at + slant, y + height), fill=tone, width=rng.choice((1, 2)))
    if rng.random() < 0.5:
        pen.rectangle((x, y, x + length, y + height), outline=tone)


def as_scanned(rng: random.Random, sheet: Image.Image, *, badly: bool) -> np.ndarray:
    """RGB, uint8. `badly` is so that a person, too, must guess."""
    lean = rng.gauss(0, 0.5) if rng.random() < 0.7 else rng.uniform(-5, 5)
    paper = rng.choice((255, 255, 240, 220))
    sheet = sheet.rotate(lean, Image.Resampling.BICUBIC, fillcolor=255)
    if badly or rng.random() < 0.3:
        shrink = rng.uniform(0.25, 0.5) if badly else rng.uniform(0.6, 0.9)
        small = sheet.resize([round(side * shrink) for side in SIZE], Image.Resampling.BOX)
        sheet = small.resize(
            SIZE, rng.choice((Image.Resampling.BILINEAR, Image.Resampling.BICUBIC))
        )
    blur = rng.choice((0, 0, 0.5, 0.8, 1.2, 2.5 * badly))
    sheet = sheet.filter(ImageFilter.GaussianBlur(blur))
    grey = np.asarray(sheet, np.float32) * paper / 255
    seeded = np.random.default_rng(rng.getrandbits(32))
    noise = rng.choice((0, 0, 6, 14, 70 * badly))
    grey = grey + seeded.normal(0, 1, grey.shape) * noise
    if rng.random() < 0.25:
        grey += np.linspace(0, rng.uniform(-90, 0), grey.shape[1])
    if rng.random() < 0.15:
        grey = np.where(grey > rng.uniform(110, 190), 255, 0)
    picture = Image.fromarray(grey.clip(0, 255).astype(np.uint8))
    if rng.random() < 0.4:
        kept = io.BytesIO()
        picture.save(kept, "JPEG", quality=rng.randint(10 if badly else 30, 90))
        picture = Image.open(kept)
    return np.asarray(picture.convert("RGB"))


def sheets(
    rng: random.Random, faces: Sequence[Face], script: str, count: int
) -> Iterator[Image.Image]:
    """Pages in every locale and face of a script in turn; none where no face has its letters."""
    if script == DIRT:
        yield from (dirt(rng) for _ in range(count))
        return
    groups = words_of("Latn" if script == NUMBERS else script)
    ready = [(words, cycle(faces_for(_shuffled(rng, faces), words))) for words in groups]
    for at in range(count):
        words, fitting = ready[at % len(ready)]
        face = next(fitting, None)
        if face is not None:
            yield page(rng, script, words, face)


def _shuffled(rng: random.Random, faces: Sequence[Face]) -> list[Face]:
    return rng.sample(faces, len(faces))
