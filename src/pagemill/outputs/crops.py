"""`images`: what is a picture on a page, cut out of it: `images/{page}_{n}.jpg`, n from 0."""

import io

import numpy as np
from PIL import Image

from pagemill.errors import PagemillError
from pagemill.model.page import Box
from pagemill.outputs.figures import croppable
from pagemill.ports import Book, Folder, Gap, Picture

DPI, QUALITY = 200, 85


def write(book: Book, folder: Folder) -> None:
    """Draws a page once, only if something is to be cut from it. A page that cannot be drawn has
    no crops.
    """
    for page in book.pages():
        found = [] if isinstance(page, Gap) else list(croppable(page))
        picture = drawn(book, page.number, DPI) if found else None
        if picture is None:
            continue
        for path, block in found:
            with folder.write("images", path, "image/jpeg") as file:
                file.write(jpeg(cut(picture, block.box)))


def drawn(book: Book, number: int, dpi: int) -> Picture | None:
    """The picture of a page; None where it cannot be drawn, which is no reason to give nothing."""
    try:
        return book.document().page(number).render(dpi)
    except PagemillError as error:
        if error.code in {"page_unrenderable", "page_memory"}:
            return None
        raise


def jpeg(pixels: np.ndarray) -> bytes:
    """Height x width x 3 as a JPEG file."""
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def cut(picture: Picture, box: Box) -> np.ndarray:
    """The pixels of `box`, height x width x 3, at least one."""
    height, width = picture.pixels.shape[:2]
    x0, y0, x1, y1 = (round(side * picture.scale) for side in (box.x0, box.y0, box.x1, box.y1))
    x0, y0 = max(0, min(x0, width - 1)), max(0, min(y0, height - 1))
    return picture.pixels[y0 : max(y0 + 1, y1), x0 : max(x0 + 1, x1)]
