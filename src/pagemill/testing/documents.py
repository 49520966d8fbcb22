"""Tiny documents made on the spot: equal arguments give equal bytes (encrypted ones aside, whose
salt is random). Lengths are points; pages count from 1.

Texts are lines apart by newlines. A line that starts with `# ` or `## ` is a heading, bold and
larger; longer lines wrap.
"""

import io
import math
import random
import string
import textwrap
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image, ImageDraw, ImageFont

LETTER = (612.0, 792.0)
MARGIN = 72.0
GUTTER = 36.0
_ENLARGED = 8  # how many dots wide each dot of a giant picture is drawn
BODY_SIZE, HEADING_SIZES = 11.0, {"# ": 20.0, "## ": 15.0}
_WORDS = (
    "The quick brown fox jumps over the lazy dog while a patient reader turns the leaves of an old "
    "ledger and counts every entry twice before closing the heavy cover for the night."
)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: float = BODY_SIZE
    is_bold: bool = False


def page_body(number: int, total: int) -> str:
    """What page `number` says in documents made by count: its number, so that none can hide."""
    return f"# Page {number} of {total}\nThis is leaf {number}.\n{_WORDS}\nEnd of leaf {number}."


def text_pdf(
    pages: Sequence[str] | int,
    *,
    columns: int = 1,
    size: tuple[float, float] = LETTER,
    rotate: int = 0,
    crop: tuple[float, float, float, float] | None = None,
    invisible: bool = False,
) -> bytes:
    """A PDF with a real text layer (Helvetica). With a number, page n says `page_body(n, pages)`.

    `columns` splits each page's lines evenly. `rotate` is /Rotate; `crop` a /CropBox in PDF
    coordinates (origin bottom left); `invisible` draws the text in rendering mode 3.
    """
    pdf = Pdf.new()
    for text in _texts(pages):
        content = _text_content(_lines(text, size, columns), size, columns, 3 if invisible else 0)
        page = _add_page(pdf, size, content, _fonts(pdf))
        if rotate:
            page.Rotate = rotate
        if crop is not None:
            page.CropBox = Array(list(crop))
    return _saved(pdf)


def picture_pdf(
    pages: Sequence[str] | int,
    *,
    dpi: int = 150,
    size: tuple[float, float] = LETTER,
    hidden_text: str = "",
) -> bytes:
    """A PDF whose pages are one grey picture of text each, as a scanner makes them.

    `hidden_text` lays the same invisible text over every page, as an earlier OCR would.
    """
    pdf = Pdf.new()
    for text in _texts(pages):
        _add_picture_page(pdf, text, dpi, size, hidden_text)
    return _saved(pdf)


def mismapped_pdf(pages: Sequence[str] | int, letters: Mapping[str, str]) -> bytes:
    """Looks as that of `text_pdf`, but its text layer says other letters than the eye sees: those
    that `letters` gives for them (`shifted_letters`, `permuted_letters`).
    """
    pdf = Pdf.new()
    fonts = _fonts(pdf)
    for font in fonts.values():
        font.ToUnicode = pdf.make_stream(_character_map(letters))
    for text in _texts(pages):
        _add_page(pdf, LETTER, _text_content(_lines(text, LETTER, 1), LETTER, 1, 0), fonts)
    return _saved(pdf)


def shifted_letters(by: int = 1) -> dict[str, str]:
    """Each letter of the alphabet as one further on, as where a font's map is off by a glyph."""
    return {
        letter: alphabet[(place + by) % len(alphabet)]
        for alphabet in (string.ascii_lowercase, string.ascii_uppercase)
        for place, letter in enumerate(alphabet)
    }


def permuted_letters(seed: int = 1) -> dict[str, str]:
    """Vowels as other vowels and consonants as other consonants, so that no count of them tells."""
    pick = random.Random(seed)  # noqa: S311  equal arguments give equal bytes
    vowels, consonants = "aeiou", "bcdfghjklmnpqrstvwxyz"
    others = "".join((*pick.sample(vowels, 5), *pick.sample(consonants, 21)))
    pairs = dict(zip(vowels + consonants, others, strict=True))
    return pairs | {letter.upper(): other.upper() for letter, other in pairs.items()}


def random_words(count: int, seed: int = 1) -> str:
    """Words of six letters and of no language."""
    pick = random.Random(seed)  # noqa: S311  equal arguments give equal bytes
    return " ".join("".join(pick.choices(string.ascii_lowercase, k=6)) for _ in range(count))


def long_pdf(pages: int, scan_share: float = 0.0) -> bytes:
    """Page n says so (`page_body`); about `scan_share` of them, evenly spread, are pictures."""
    pdf = Pdf.new()
    fonts = _fonts(pdf)
    for number, text in enumerate(_texts(pages), 1):
        if int(number * scan_share) > int((number - 1) * scan_share):
            _add_picture_page(pdf, text, 100, LETTER, "")
        else:
            _add_page(pdf, LETTER, _text_content(_lines(text, LETTER, 1), LETTER, 1, 0), fonts)
    return _saved(pdf)


def holed_pdf(pages: int, holes: Collection[int]) -> bytes:
    """Opens, but the pages in `holes` are no pages: each of them is `page_unrenderable`."""
    with Pdf.open(io.BytesIO(text_pdf(pages))) as pdf:
        kids = pdf.Root.Pages.Kids
        for number in holes:
            kids[number - 1] = Dictionary(Type=Name.Font)  # counted as a page, refused as one
        return _saved(pdf)


def encrypted_pdf(password: str, pages: Sequence[str] | int = 1, *, owner: str = "owner") -> bytes:
    """Opens with `password` (AES-256); with "" anybody may, as `owner` protects only use."""
    with Pdf.open(io.BytesIO(text_pdf(pages))) as pdf:
        out = io.BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(user=password, owner=owner, R=6))
        return out.getvalue()


def damaged_pdf() -> bytes:
    """Says it is a PDF and is beyond repair."""
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Pages 2 0"


def bomb_pdf(depth: int = 26) -> bytes:
    """Two pages: the first draws a form that draws a form twice, and so on `depth` times, 2^depth
    strokes out of 6 kB; the second is blank.
    """
    pdf = pikepdf.new()
    _add_forms_page(pdf, depth)
    pdf.add_blank_page(page_size=LETTER)
    return _saved(pdf)


def forms_pdf(depth: int = 24) -> bytes:
    """Hostile: three pages, the second as the first of `bomb_pdf`. 6 kB that want gigabytes."""
    return _between_good_pages(lambda pdf: _add_forms_page(pdf, depth))


def strokes_pdf(strokes: int = 3_000_000) -> bytes:
    """Hostile: three pages, the second of so many short lines, in thousands. 0.5 MB that unpack
    to 60, take a gigabyte once opened and minutes to draw.
    """
    return _between_good_pages(lambda pdf: _add_strokes_page(pdf, strokes))


def vast_pdf(side: float = 1_000_000.0) -> bytes:
    """Hostile: three pages, the second a picture of text on a page of `side` points each way, 350
    metres. 15 kB; drawn as finely as a usual page it would have 4 million megapixels.
    """
    drawn = draw(page_body(2, 3), dpi=150, size=(612.0, 612.0))
    return _between_good_pages(lambda pdf: _add_drawn_page(pdf, drawn, (side, side)))


def giant_pdf(megapixels: int = 120) -> bytes:
    """Hostile: three pages, the second a picture of text in black and white with so many million
    pixels. 25 kB that decode to 15 MB and, at a byte a pixel, to 120.
    """
    dots = megapixels * 1_000_000 / _ENLARGED**2
    drawn = draw(page_body(2, 3), dpi=math.ceil(72 * math.sqrt(dots / (LETTER[0] * LETTER[1]))))
    large = drawn.convert("1").resize(
        (drawn.width * _ENLARGED, drawn.height * _ENLARGED), Image.Resampling.NEAREST
    )
    return _between_good_pages(lambda pdf: _add_drawn_page(pdf, large, LETTER))


def picture(
    text: str, media_format: str = "PNG", *, dpi: int = 150, size: tuple[float, float] = LETTER
) -> bytes:
    """One page of text as a picture; `media_format` is a Pillow name: PNG, JPEG, TIFF, WEBP, BMP,
    GIF, JPEG2000.
    """
    out = io.BytesIO()
    drawn = draw(text, dpi=dpi, size=size)
    extra: dict[str, object] = {"quality": 90} if media_format == "JPEG" else {}
    if media_format in {"PNG", "JPEG", "TIFF", "BMP"}:
        extra["dpi"] = (dpi, dpi)
    drawn.save(out, media_format, **extra)
    return out.getvalue()


def tiff(
    pages: Sequence[str] | int, *, dpi: int = 150, mode: str = "1", compression: str = "group4"
) -> bytes:
    """A TIFF of several pages; by default black and white in fax group 4, as scanners make them."""
    first, *rest = [draw(text, dpi=dpi).convert(mode) for text in _texts(pages)]
    out = io.BytesIO()
    first.save(
        out, "TIFF", save_all=True, append_images=rest, compression=compression, dpi=(dpi, dpi)
    )
    return out.getvalue()


def draw(text: str, *, dpi: int = 150, size: tuple[float, float] = LETTER) -> Image.Image:
    """The page as a grey picture, black on white, in the font that comes with Pillow."""
    scale = dpi / 72
    image = Image.new("L", (round(size[0] * scale), round(size[1] * scale)), 255)
    pen = ImageDraw.Draw(image)
    for line, x, baseline in _placed(_lines(text, size, 1), size, 1):
        font = ImageFont.load_default(line.size * scale)
        pen.text((x * scale, baseline * scale), line.text, 0, font, anchor="ls")
    return image


def _texts(pages: Sequence[str] | int) -> Iterator[str]:
    if isinstance(pages, int):
        yield from (page_body(number, pages) for number in range(1, pages + 1))
    else:
        yield from pages


def _lines(text: str, size: tuple[float, float], columns: int) -> list[_Line]:
    width = _column_width(size, columns)
    lines: list[_Line] = []
    for raw in text.split("\n"):
        mark = next((m for m in HEADING_SIZES if raw.startswith(m)), "")
        font_size = HEADING_SIZES.get(mark, BODY_SIZE)
        # Helvetica runs at about half an em per letter.
        parts = textwrap.wrap(raw[len(mark) :], max(8, int(width / font_size / 0.5))) or [""]
        lines.extend(_Line(part, font_size, bool(mark)) for part in parts)
    return lines


def _column_width(size: tuple[float, float], columns: int) -> float:
    margin = min(MARGIN, size[0] / 8)
    return (size[0] - 2 * margin - (columns - 1) * GUTTER) / columns


def _placed(
    lines: list[_Line], size: tuple[float, float], columns: int
) -> Iterator[tuple[_Line, float, float]]:
    """Each line with its left edge and baseline, origin top left."""
    margin = min(MARGIN, size[0] / 8)
    share = -(-len(lines) // columns)
    for column in range(columns):
        x = margin + column * (_column_width(size, columns) + GUTTER)
        y = margin
        for line in lines[column * share : (column + 1) * share]:
            y += line.size * 1.3
            yield line, x, y


def _text_content(lines: list[_Line], size: tuple[float, float], columns: int, mode: int) -> bytes:
    parts = [f"BT {mode} Tr"]
    for line, x, baseline in _placed(lines, size, columns):
        font = "F2" if line.is_bold else "F1"
        text = line.text.encode("cp1252", "replace").hex()
        parts.append(
            f"/{font} {line.size:g} Tf 1 0 0 1 {x:.2f} {size[1] - baseline:.2f} Tm <{text}> Tj"
        )
    return "\n".join([*parts, "ET"]).encode()


def _fonts(pdf: Pdf) -> Dictionary:
    def font(name: str) -> pikepdf.Object:
        return pdf.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.Type1,
                BaseFont=Name(name),
                Encoding=Name.WinAnsiEncoding,
            )
        )

    return Dictionary(F1=font("/Helvetica"), F2=font("/Helvetica-Bold"))


def _character_map(letters: Mapping[str, str]) -> bytes:
    """A /ToUnicode map of one-byte codes (PDF 32000-1 §9.10.3) for ASCII."""
    shown = [chr(code) for code in range(32, 127)]
    rows = [f"<{ord(c):02x}> <{ord(letters.get(c, c)):04x}>" for c in shown]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "1 begincodespacerange <00> <ff> endcodespacerange",
            f"{len(rows)} beginbfchar",
            *rows,
            "endbfchar endcmap end end",
        ]
    ).encode()


def _add_page(
    pdf: Pdf, size: tuple[float, float], content: bytes, fonts: Dictionary | None = None
) -> pikepdf.Page:
    page = pdf.add_blank_page()
    page.MediaBox = Array([0, 0, *size])
    page.Contents = pdf.make_stream(content)
    page.Resources = Dictionary(Font=fonts) if fonts is not None else Dictionary()
    return page


def _add_picture_page(
    pdf: Pdf, text: str, dpi: int, size: tuple[float, float], hidden_text: str
) -> None:
    _add_drawn_page(pdf, draw(text, dpi=dpi, size=size), size, hidden_text)


def _add_drawn_page(
    pdf: Pdf, drawn: Image.Image, size: tuple[float, float], hidden_text: str = ""
) -> None:
    """A page that a picture fills, grey or (mode 1) black and white."""
    content = f"q {size[0]:.9g} 0 0 {size[1]:.9g} 0 0 cm /Im0 Do Q\n".encode()
    if hidden_text:
        content += _text_content(_lines(hidden_text, size, 1), size, 1, 3)
    page = _add_page(pdf, size, content, _fonts(pdf) if hidden_text else None)
    stream = pdf.make_stream(
        zlib.compress(drawn.tobytes(), 6),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=drawn.width,
        Height=drawn.height,
        ColorSpace=Name.DeviceGray,
        BitsPerComponent=1 if drawn.mode == "1" else 8,
        Filter=Name.FlateDecode,
    )
    page.Resources.XObject = Dictionary(Im0=stream)


def _between_good_pages(add_page: Callable[[Pdf], None]) -> bytes:
    """Three pages, of which the second is the one that is added; the others are good text."""
    pdf = Pdf.new()
    fonts = _fonts(pdf)
    first, _, last = (_text_content(_lines(t, LETTER, 1), LETTER, 1, 0) for t in _texts(3))
    _add_page(pdf, LETTER, first, fonts)
    add_page(pdf)
    _add_page(pdf, LETTER, last, fonts)
    return _saved(pdf)


def _add_forms_page(pdf: Pdf, depth: int) -> None:
    inner, content = Dictionary(), b"0 0 m 10 10 l S"
    for _ in range(depth):
        form = pdf.make_stream(content)
        form.Type, form.Subtype = Name.XObject, Name.Form
        form.BBox, form.Resources = Array([0, 0, *LETTER]), inner
        inner = Dictionary(XObject=Dictionary(F=pdf.make_indirect(form)))
        content = b"/F Do /F Do"
    _add_page(pdf, LETTER, content).Resources = inner


def _add_strokes_page(pdf: Pdf, strokes: int) -> None:
    lines = (
        f"{7 * n % 612} {11 * n % 792} m {13 * n % 612} {17 * n % 792} l S\n" for n in range(1000)
    )
    content = "".join(lines).encode() * (strokes // 1000)
    page = _add_page(pdf, LETTER, b"")
    page.Contents = pdf.make_stream(zlib.compress(content, 9), Filter=Name.FlateDecode)


def _saved(pdf: Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()
