"""A font without ink, for text that is found and copied but never seen.

A glyph is a contour of two points: it has the box of a letter and no area. Codes are those of
UTF-16, mapped back by a ToUnicode map (PDF 32000-1 §9.10.3); a character beyond U+FFFF takes a code
of its own among those that UTF-16 keeps for halves of pairs. Widths are like those of Helvetica, so
that the letters of a stretched line stand near where they are printed.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pikepdf import Array, Dictionary, Name, Object, Pdf

from pagemill.outputs.pdf_pages import packed

ASCENT, DESCENT = 800, 200  # thousandths of the size, above and below the baseline
FONT_NAME = "PagemillUnseen"
_NAME = Name(f"/{FONT_NAME}")
_HALVES = range(0xD800, 0xE000)
_UNKNOWN = 0xFFFD
_USUAL, _WIDE = 556, 1000  # thousandths of the size: a small letter, a Chinese character
_SPACE = 0x20
# Space to tilde, as wide as in Helvetica.
_ASCII = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_RANGES = (
    (range(0x0300, 0x0370), 0),  # marks on the letter before
    (range(0x064B, 0x0660), 0),
    (range(0x1100, 0x1160), _WIDE),
    (range(0x200B, 0x2010), 0),
    (range(0x2E80, 0xA4D0), _WIDE),
    (range(0xAC00, 0xD7A4), _WIDE),
    (_HALVES, _WIDE),
    (range(0xF900, 0xFB00), _WIDE),
    (range(0xFE00, 0xFE10), 0),
    (range(0xFF01, 0xFF61), _WIDE),
)

_BOXES = sorted({*_ASCII, _USUAL, _WIDE})  # the glyphs, by their width


@dataclass(slots=True)
class UnseenFont:
    """One per PDF that is written: `encode` the texts, then `finish`."""

    pdf: Pdf
    beyond: dict[str, int] = field(default_factory=dict)
    high: set[int] = field(default_factory=lambda: {0})
    font: Object = field(init=False)

    def __post_init__(self) -> None:
        self.font = _type0(self.pdf)

    def encode(self, text: str) -> bytes:
        """Two bytes a character. Of characters beyond U+FFFF a PDF has room for 2,048."""
        if text.isascii():
            return text.encode("utf-16-be")
        codes = b"".join(self._code(char).to_bytes(2, "big") for char in text)
        self.high.update(codes[::2])
        return codes

    def finish(self) -> None:
        """Says what the codes used stand for."""
        self.font.ToUnicode = packed(self.pdf, _to_unicode(self.beyond, self.high))

    def _code(self, char: str) -> int:
        code = ord(char)
        if code in _HALVES:
            return _UNKNOWN
        if code <= 0xFFFF:
            return code
        if char not in self.beyond and len(self.beyond) < len(_HALVES):
            self.beyond[char] = _HALVES[len(self.beyond)]
        return self.beyond.get(char, _UNKNOWN)


def width_of(text: str) -> float:
    """How far `text` runs, in sizes of the font."""
    return sum(map(_width, text)) / 1000


def _width(char: str) -> int:
    code = ord(char)
    if _SPACE <= code < _SPACE + len(_ASCII):
        return _ASCII[code - _SPACE]
    if code > 0xFFFF:
        return _WIDE
    return next((width for codes, width in _RANGES if code in codes), _USUAL)


# ---------------------------------------------------------------- PDF objects


def _type0(pdf: Pdf) -> Object:
    program = _true_type()
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=_NAME,
        Flags=4,
        FontBBox=Array([0, -DESCENT, _BOXES[-1], ASCENT]),
        ItalicAngle=0,
        Ascent=ASCENT,
        Descent=-DESCENT,
        CapHeight=ASCENT,
        StemV=0,
        FontFile2=packed(pdf, program, Length1=len(program)),
    )
    glyphs = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=_NAME,
        CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        CIDToGIDMap=packed(pdf, _glyphs_by_code()),
        DW=_USUAL,
        W=_widths(),
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=_NAME,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(glyphs)]),
        )
    )


def _glyphs_by_code() -> bytes:
    """Two bytes a code. Marks without a width have the box of a letter."""
    glyphs = {width: index.to_bytes(2, "big") for index, width in enumerate(_BOXES)}
    found = bytearray(glyphs[_USUAL] * 0x10000)
    for codes, width in _RANGES:
        found[2 * codes[0] : 2 * codes[-1] + 2] = glyphs[width or _USUAL] * len(codes)
    found[2 * _SPACE : 2 * (_SPACE + len(_ASCII))] = b"".join(glyphs[width] for width in _ASCII)
    return bytes(found)


def _widths() -> Array:
    found: list[object] = [_SPACE, Array(list(_ASCII))]
    for codes, width in _RANGES:
        found += [codes[0], codes[-1], width]
    return Array(found)


def _to_unicode(beyond: Mapping[str, int], high_bytes: Iterable[int]) -> bytes:
    """Ranges keep to one high byte, of those in use, and blocks to 100 lines, as the standard
    asks.
    """
    ranges = [
        f"<{high:02X}00> <{high:02X}FF> <{high:02X}00>"
        for high in sorted(high_bytes)
        if high << 8 not in _HALVES
    ]
    pairs = [f"<{code:04X}> <{char.encode('utf-16-be').hex()}>" for char, code in beyond.items()]
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
        *_blocks("bfrange", ranges),
        *_blocks("bfchar", pairs),
        "endcmap CMapName currentdict /CMap defineresource pop end end",
    ]
    return "\n".join(lines).encode()


def _blocks(kind: str, rows: list[str]) -> Iterator[str]:
    for first in range(0, len(rows), 100):
        some = rows[first : first + 100]
        yield from (f"{len(some)} begin{kind}", *some, f"end{kind}")


# ---------------------------------------------------------------- the font program


def _true_type() -> bytes:
    """What a CIDFontType2 must have (PDF 32000-1 §9.9), as the OpenType specification says."""
    glyphs = [_glyph(width) for width in _BOXES]
    places = [sum(map(len, glyphs[:index])) for index in range(len(glyphs) + 1)]
    box = (0, -DESCENT, _BOXES[-1], ASCENT)
    tables = {
        b"glyf": b"".join(glyphs),
        b"head": struct.pack(
            ">IIIIHHQQhhhhHHhhh",
            *(0x10000, 0x10000, 0, 0x5F0F3CF5, 0, 1000, 0, 0, *box, 0, 8, 2, 0, 0),
        ),
        b"hhea": struct.pack(
            ">IhhhHhhhhhhhhhhhH",
            *(0x10000, ASCENT, -DESCENT, 0, _BOXES[-1], 0, 0, _BOXES[-1], 1, *(0,) * 7),
            len(glyphs),
        ),
        b"hmtx": b"".join(struct.pack(">Hh", width, 0) for width in _BOXES),
        b"loca": struct.pack(f">{len(places)}H", *(place // 2 for place in places)),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x10000, len(glyphs), 2, 1, *(0,) * 11),
    }
    return _font_file(tables)


def _glyph(width: int) -> bytes:
    """Two points, the corners of a letter's box."""
    box = (0, -DESCENT, width, ASCENT)
    last_point, instructions, on_curve = 1, 0, 1
    steps = (0, width, -DESCENT, ASCENT + DESCENT)
    return struct.pack(
        ">hhhhhHHBBhhhh", 1, *box, last_point, instructions, on_curve, on_curve, *steps
    )


def _font_file(tables: Mapping[bytes, bytes]) -> bytes:
    start = 12 + 16 * len(tables)
    directory, bodies = b"", b""
    for tag, data in sorted(tables.items()):
        padded = data + bytes(-len(data) % 4)
        directory += struct.pack(">4sIII", tag, _sum(padded), start + len(bodies), len(data))
        bodies += padded
    header = struct.pack(">IHHHH", 0x10000, len(tables), 64, 2, 16 * len(tables) - 64)
    file = header + directory + bodies
    head = file.index(b"head", 12)  # its place in the directory, which tells where the table is
    (place,) = struct.unpack_from(">I", file, head + 8)
    adjustment = (0xB1B0AFBA - _sum(file)) & 0xFFFFFFFF
    return file[: place + 8] + struct.pack(">I", adjustment) + file[place + 12 :]


def _sum(data: bytes) -> int:
    words: tuple[int, ...] = struct.unpack(f">{len(data) // 4}I", data)
    return sum(words) & 0xFFFFFFFF
