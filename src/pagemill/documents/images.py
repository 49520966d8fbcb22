"""Pictures as documents, through Pillow. Only a TIFF has more than one page; of animations the
first frame is the page. A picture's size is known from its header before anything is decoded.
"""

import contextlib
import itertools
import math
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile

from pagemill.documents import pixels
from pagemill.errors import PagemillError
from pagemill.model.page import NativeText
from pagemill.ports.documents import Picture

_FORMATS = {
    "image/tiff": "TIFF",
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/webp": "WEBP",
    "image/bmp": "BMP",
    "image/gif": "GIF",
    "image/jp2": "JPEG2000",
}
# What Pillow and its C libraries answer broken files with.
_BROKEN = (OSError, SyntaxError, ValueError, TypeError, LookupError, OverflowError)
MAX_DECODED_BYTES = 600 * 1024 * 1024
# Resolutions are believed when the page then has a likely size; up to 96 is what software writes
# that knows none.
MAX_SIDE_INCHES, MAX_SIDE_INCHES_AT_96, MIN_SIDE_INCHES = 24.0, 14.0, 0.5
DPI_BELIEVED = (50.0, 2400.0)
DPI_GUESSED = (72.0, 300.0)
A4_INCHES = 11.69
# Brightness range of a rescued picture in which nothing was decoded: decoders fill with grey.
NOTHING_SEEN = 8
NEW_SUBFILE_TYPE, IS_THUMBNAIL = 254, 1


def open_image(path: Path, media_type: str, max_pixels: int) -> "ImageBook":
    """Raises `corrupt`, `not_a_document`, `too_large`."""
    # Our own caps stand in for Pillow's, which would refuse pages that can be drawn smaller.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with _quiet():
            return ImageBook(path, media_type, max_pixels)
    except _BROKEN:
        if media_type == "image/bmp":  # two letters are all its signature: texts begin with them
            raise PagemillError("not_a_document") from None
        raise PagemillError("corrupt", "The picture is damaged") from None


class ImageBook:
    """Implements `ports.OpenDocument`."""

    def __init__(self, path: Path, media_type: str, max_pixels: int) -> None:
        self.media_type = media_type
        self.max_pixels = max_pixels
        self._path = path
        # A TIFF's pages are a chain: staying open spares walking it anew for every page.
        self._chain: Image.Image | None = None
        image = self._open()
        try:
            self._frames = _frames(image)
            _check_size(image, len(self._frames))
        except BaseException:
            image.close()
            raise
        self.pages = len(self._frames)
        if self.pages > 1:
            self._chain = image
        else:
            image.close()

    def page(self, number: int) -> "ImagePage":
        if not 1 <= number <= self.pages:
            raise PagemillError("page_unrenderable", f"The document has no page {number}")
        try:
            with _quiet():
                return ImagePage(self, number)
        except _BROKEN:
            raise PagemillError("page_unrenderable", f"Page {number} is damaged") from None

    @contextlib.contextmanager
    def image(self, number: int) -> Iterator[Image.Image]:
        """One page, only its header read."""
        if self._chain is None:
            with self._open() as image:
                yield image
        else:
            # Away and back again: what was decoded before is dropped.
            self._chain.seek(self._frames[number - 2 if number > 1 else 1])
            self._chain.seek(self._frames[number - 1])
            yield self._chain

    def close(self) -> None:
        if self._chain is not None:
            self._chain.close()
            self._chain = None

    def _open(self) -> Image.Image:
        return Image.open(self._path, formats=[_FORMATS[self.media_type]])


class ImagePage:
    """Implements `ports.DocumentPage`."""

    def __init__(self, book: ImageBook, number: int) -> None:
        self.number = number
        self._book = book
        with book.image(number) as image:
            wide, high = image.size
            dpi_x, dpi_y = _dpi(image)
            if pixels.is_sideways(image):
                wide, high, dpi_x, dpi_y = high, wide, dpi_y, dpi_x
        if wide < 1 or high < 1:
            raise PagemillError("page_unrenderable", f"Page {number} has no area")
        self.width = 72 * wide / dpi_x
        self.height = 72 * high / dpi_y
        self._dpi = max(dpi_x, dpi_y)

    def native_text(self) -> NativeText:
        return NativeText((), 0, 0.0, 0.0, 0.0, picture_share=1.0)

    def native_dpi(self) -> int | None:
        return max(1, round(self._dpi))

    def original(self) -> Picture | None:
        with self._book.image(self.number) as image:
            wide, high = image.size[::-1] if pixels.is_sideways(image) else image.size
        shrink = min(1.0, math.sqrt(self._book.max_pixels / (wide * high)))
        size = (max(1, int(wide * shrink)), max(1, int(high * shrink)))
        with _quiet():
            drawn = self._draw(size)
        scale = size[0] / self.width
        return Picture(drawn, scale, max(1, round(72 * scale)), is_capped=shrink < 1.0)

    def render(self, dpi: int) -> Picture:
        scale = dpi / 72
        wanted = self.width * self.height * scale * scale
        is_capped = wanted > self._book.max_pixels
        if is_capped:
            scale *= math.sqrt(self._book.max_pixels / wanted)
        size = (max(1, round(self.width * scale)), max(1, round(self.height * scale)))
        with _quiet():
            drawn = self._draw(size)
        return Picture(drawn, scale, max(1, round(scale * 72)) if is_capped else dpi, is_capped)

    def _draw(self, size: tuple[int, int]) -> np.ndarray:
        """Once as it should be; if that fails, as much of it as can be had."""
        try:
            return self._decoded(size)
        except MemoryError:
            raise PagemillError("page_memory") from None
        except _BROKEN:
            pass
        try:
            with _truncated_allowed():
                drawn = self._decoded(size, is_rescue=True)
        except MemoryError:
            raise PagemillError("page_memory") from None
        except _BROKEN:
            raise self._damaged() from None
        if np.ptp(drawn, axis=(0, 1)).max() <= NOTHING_SEEN:
            raise self._damaged()
        return drawn

    def _decoded(self, size: tuple[int, int], *, is_rescue: bool = False) -> np.ndarray:
        with self._book.image(self.number) as image:
            target = size[::-1] if pixels.is_sideways(image) else size
            halvings = 0 if is_rescue else pixels.shrink_while_decoding(image, target)
            if pixels.peak_bytes(image, halvings) > MAX_DECODED_BYTES:
                raise PagemillError("page_memory", _measure(image))
            return pixels.upright_rgb(image, target)

    def _damaged(self) -> PagemillError:
        return PagemillError("page_unrenderable", f"The picture of page {self.number} is damaged")


def _frames(image: Image.Image) -> tuple[int, ...]:
    """Frames that are pages: of a TIFF all but thumbnails (TIFF 6.0, NewSubfileType). Where the
    chain breaks, the broken frame counts as a page, so that the loss is seen.
    """
    if image.format != "TIFF":
        return (0,)
    frames = [0]
    for frame in itertools.count(1):
        try:
            image.seek(frame)
        except EOFError:
            break
        except _BROKEN:
            frames.append(frame)
            break
        if not _is_thumbnail(image):
            frames.append(frame)
    return tuple(frames)


def _is_thumbnail(image: Image.Image) -> bool:
    kind = getattr(image, "tag_v2", {}).get(NEW_SUBFILE_TYPE, 0)
    return isinstance(kind, int) and bool(kind & IS_THUMBNAIL)


def _check_size(image: Image.Image, pages: int) -> None:
    """A picture that can never be decoded fails at once, not as a page."""
    can_shrink = image.format in {"JPEG", "MPO", "JPEG2000"}
    if pages == 1 and not can_shrink and pixels.peak_bytes(image) > MAX_DECODED_BYTES:
        raise PagemillError("too_large", _measure(image))


def _measure(image: Image.Image) -> str:
    return f"The picture has {image.width:,} x {image.height:,} pixels"


def _dpi(image: Image.Image) -> tuple[float, float]:
    """The file's resolution where it is likely, else one that makes the page a page's size."""
    longest = max(image.size)
    with contextlib.suppress(*_BROKEN, ZeroDivisionError):
        dpi_x, dpi_y = (float(value) for value in image.info["dpi"])
        lowest, highest = DPI_BELIEVED
        inches = max(image.width / dpi_x, image.height / dpi_y)
        limit = MAX_SIDE_INCHES_AT_96 if max(dpi_x, dpi_y) <= 96.5 else MAX_SIDE_INCHES
        is_likely = lowest <= min(dpi_x, dpi_y) and max(dpi_x, dpi_y) <= highest
        if is_likely and MIN_SIDE_INCHES <= inches <= limit:
            return dpi_x, dpi_y
    guess = min(max(longest / A4_INCHES, DPI_GUESSED[0]), DPI_GUESSED[1])
    return guess, guess


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Pillow warns of every oddity in a file; what matters it raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _truncated_allowed() -> Iterator[None]:
    """Pillow knows this only as a switch of the whole module; a child has one thread."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
