"""Documents opened as pages, and the pictures drawn of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pagemill.model.document import Document
from pagemill.model.page import NativeText

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Picture:
    """A page drawn as pixels: uint8, height x width x 3, RGB. `scale` is pixels per point.
    `dpi` is what was asked for, lower if the pixel cap bit (`is_capped`).
    """

    pixels: "np.ndarray"
    scale: float
    dpi: int
    is_capped: bool = False


class DocumentPage(Protocol):
    """One page; valid until its document is closed. Not thread-safe."""

    number: int
    width: float
    height: float

    def native_text(self) -> NativeText:
        """The text layer; images have an empty one. Raises `page_unrenderable`."""
        ...

    def native_dpi(self) -> int | None:
        """Resolution of the picture when the page is one picture, else None."""
        ...

    def render(self, dpi: int) -> Picture:
        """Draws the page upright as a viewer would, capped to the pixel limit before anything is
        allocated. Raises `page_unrenderable`, `page_memory`.
        """
        ...

    def original(self) -> Picture | None:
        """The picture that the page is, dot for dot and upright, capped like any; None for a page
        of a PDF. Raises `page_unrenderable`, `page_memory`.
        """
        ...


class OpenDocument(Protocol):
    """A document opened for reading, in a child process. Not thread-safe."""

    media_type: str
    pages: int

    def page(self, number: int) -> DocumentPage:
        """Pages count from 1. Raises `page_unrenderable`."""
        ...

    def close(self) -> None: ...


class Documents(Protocol):
    def open(self, path: Path, media_type: str, password: str = "") -> OpenDocument:
        """Raises `empty_file`, `not_a_document`, `corrupt`, `password_required`, `too_large`."""
        ...


class Viewer(Protocol):
    """Pictures of pages for people, drawn by a supervised child process, never in this one."""

    def jpeg(self, document: Document, page_no: int, dpi: int, password: str = "") -> bytes:
        """Thread-safe. Raises `page_unrenderable`, `page_timeout`, `password_required`."""
        ...
