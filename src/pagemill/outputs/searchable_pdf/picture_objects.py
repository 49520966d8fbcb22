"""Pictures as PDF image objects: a JPEG or JPEG 2000 file as it is, any other without loss where
that is small.

Black and white is packed as fax group 4, grey and colour as in a PNG; where that would take much
more room than the document itself does, the picture was a photograph and becomes a JPEG.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from pagemill.errors import PagemillError
from pagemill.ports import Book, Picture

DRAWN_DPI = 200  # for pages of a PDF
QUALITY = 90
MOST_GROWTH = 2  # times what a page takes in the document
PLAIN = 0.25  # bytes a dot: what drawings and clean text take, and photographs never
MOST_COLOURS = 256  # of a palette
_ROWS = 256  # numbered at once
MAX_JPEG_BYTES = 256 * 1024 * 1024
_JPX, _JP2 = "/JPXDecode", b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_PACKED_ALREADY = {"image/jpeg": ("JPEG", "/DCTDecode"), "image/jp2": ("JPEG2000", _JPX)}
_ORIENTATION = 0x0112  # EXIF: how the camera was held
_UPRIGHT = (1, 0, 0, 1, 0, 0)
# Where the unit square goes, by orientation.
_TURNS = {
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
_PROFILES = {"L": b"GRAY", "RGB": b"RGB "}  # the colour space that an ICC profile names
_ROWS_PER_STRIP, _OFFSETS, _COUNTS, _IS_MIN_BLACK = 278, 273, 279, 262
_BROKEN = (OSError, SyntaxError, ValueError, TypeError, LookupError)


@dataclass(frozen=True, slots=True)
class Embedded:
    """One picture, packed. `mode` is Pillow's: 1, L or RGB. `palette` are the colours, three bytes
    each, of one whose dots are their numbers. `turn` places the unit square.
    """

    data: bytes
    mode: str
    width: int
    height: int
    filter: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    profile: bytes = b""
    palette: bytes = b""
    turn: tuple[int, ...] = _UPRIGHT

    def in_pdf(self, pdf: Pdf) -> Object:
        image = Stream(
            pdf,
            self.data,
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=self.width,
            Height=self.height,
            Filter=Name(self.filter),
        )
        if self.filter != _JPX:  # which says itself what its colours are
            image.ColorSpace = self._colours(pdf)
            image.BitsPerComponent = 1 if self.mode == "1" else 8
        if self.parameters:
            image.DecodeParms = Dictionary(self.parameters)
        return pdf.make_indirect(image)

    def placed(self, width: float, height: float) -> str:
        """The operands of `cm` for a page of this size."""
        a, b, c, d, e, f = self.turn
        places = (a * width, b * height, c * width, d * height, e * width, f * height)
        return " ".join(f"{place:.3f}" for place in places)

    def _colours(self, pdf: Pdf) -> Object:
        if self.palette:
            return Array([Name.Indexed, Name.DeviceRGB, len(self.palette) // 3 - 1, self.palette])
        space = Name.DeviceRGB if self.mode == "RGB" else Name.DeviceGray
        if not self.profile:
            return space
        profile = Stream(pdf, self.profile, N=3 if self.mode == "RGB" else 1, Alternate=space)
        return Array([Name.ICCBased, pdf.make_indirect(profile)])


def embedded(book: Book, number: int) -> Embedded | None:
    """The picture that page `number` is, or one drawn of it; None where neither can be had."""
    try:
        if as_it_is := _as_it_is(book):
            return as_it_is
        page = book.document().page(number)
        picture = page.original() or page.render(DRAWN_DPI)
    except PagemillError as error:
        if error.code in {"page_unrenderable", "page_memory"}:
            return None
        raise
    return _packed(picture, book)


def _as_it_is(book: Book) -> Embedded | None:
    """The file of a grey or RGB JPEG or JPEG 2000; turned on the page if the camera was."""
    path = book.document_path()
    kind, packing = _PACKED_ALREADY.get(book.document().media_type, ("", ""))
    if not kind or path.stat().st_size > MAX_JPEG_BYTES:
        return None
    try:
        with Image.open(path, formats=[kind]) as image:
            if image.mode not in _PROFILES or not _is_whole(path, packing):
                return None
            return Embedded(
                path.read_bytes(),
                image.mode,
                *image.size,
                packing,
                profile=_profile(image),
                turn=_turn(image),
            )
    except _BROKEN:
        return None


def _is_whole(path: Path, packing: str) -> bool:
    """Whether a JPEG 2000 file has its boxes, which say its colours: PDF asks for them."""
    with path.open("rb") as file:
        return packing != _JPX or file.read(len(_JP2)) == _JP2


def _turn(image: Image.Image) -> tuple[int, ...]:
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1), _UPRIGHT)
    except _BROKEN:
        return _UPRIGHT


def _profile(image: Image.Image) -> bytes:
    """The file's own colours, if they are of its kind."""
    found = image.info.get("icc_profile") or b""
    return found if found[16:20] == _PROFILES[image.mode] else b""


# ---------------------------------------------------------------- packing


def _packed(picture: Picture, book: Book) -> Embedded:
    image = _simplest(picture.pixels)
    if image.mode == "1":
        return _fax(image)
    colours = image.getcolors(MOST_COLOURS) if image.mode == "RGB" else None
    exact = _numbered(image, colours) if colours else _png(image)
    usual = book.document_path().stat().st_size / book.document().pages
    most = max(MOST_GROWTH * usual, PLAIN * image.width * image.height)
    return exact if len(exact.data) <= most else _jpeg(image)


def _simplest(pixels: np.ndarray) -> Image.Image:
    """In black and white or grey, if that shows the same."""
    grey = pixels[..., 0]
    if not (np.array_equal(grey, pixels[..., 1]) and np.array_equal(grey, pixels[..., 2])):
        return Image.fromarray(np.ascontiguousarray(pixels))
    image = Image.fromarray(np.ascontiguousarray(grey))
    is_two = bool(((grey == 0) | (grey == 255)).all())
    return image.convert("1", dither=Image.Dither.NONE) if is_two else image


def _fax(image: Image.Image) -> Embedded:
    """The one strip of a TIFF (TIFF 6.0 §11)."""
    file = io.BytesIO()
    image.save(file, "TIFF", compression="group4", tiffinfo={_ROWS_PER_STRIP: image.height})
    file.seek(0)
    with TiffImageFile(file) as made:
        (offset,), (count,) = made.tag_v2[_OFFSETS], made.tag_v2[_COUNTS]
        is_min_black = bool(made.tag_v2[_IS_MIN_BLACK])
    columns, rows = image.size
    parameters = {"/K": -1, "/Columns": columns, "/Rows": rows, "/BlackIs1": is_min_black}
    data = file.getvalue()[offset : offset + count]
    return Embedded(data, "1", columns, rows, "/CCITTFaxDecode", parameters)


def _numbered(image: Image.Image, colours: Sequence[tuple[int, object]]) -> Embedded:
    """Dots as numbers of few colours: a third of the room, before it is packed."""
    palette = np.unique(np.array([colour for _, colour in colours], np.uint8), axis=0)
    known = _as_numbers(palette)
    pixels = np.asarray(image)
    numbers = np.empty(pixels.shape[:2], np.uint8)
    for top in range(0, len(pixels), _ROWS):
        rows = slice(top, top + _ROWS)
        numbers[rows] = np.searchsorted(known, _as_numbers(pixels[rows]))
    image = Image.frombytes("P", image.size, numbers.tobytes())
    image.putpalette(palette.tobytes().ljust(3 * MOST_COLOURS, b"\x00"))  # for eight bits a dot
    return replace(_png(image), palette=palette.tobytes())


def _as_numbers(colours: np.ndarray) -> np.ndarray:
    wide = colours.astype(np.uint32)
    return (wide[..., 0] << 16) | (wide[..., 1] << 8) | wide[..., 2]


def _png(image: Image.Image) -> Embedded:
    """The data of a PNG, which is what PDF calls predictor 15 (PDF 32000-1 §7.4.4.4)."""
    file = io.BytesIO()
    image.save(file, "PNG")
    colours = 3 if image.mode == "RGB" else 1
    parameters = {
        "/Predictor": 15,
        "/Colors": colours,
        "/BitsPerComponent": 8,
        "/Columns": image.width,
    }
    data = _chunks(file.getvalue(), b"IDAT")
    return Embedded(data, image.mode, *image.size, "/FlateDecode", parameters)


def _chunks(png: bytes, wanted: bytes) -> bytes:
    found, place = [], 8
    while place < len(png):
        length = int.from_bytes(png[place : place + 4], "big")
        if png[place + 4 : place + 8] == wanted:
            found.append(png[place + 8 : place + 8 + length])
        place += 12 + length
    return b"".join(found)


def _jpeg(image: Image.Image) -> Embedded:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY)
    return Embedded(file.getvalue(), image.mode, *image.size, "/DCTDecode")
