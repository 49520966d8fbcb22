"""A PDF whose pages are pictures, written a part at a time, so that few are in memory at once."""

from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from pikepdf import Dictionary, Page, Pdf

from pagemill.outputs.pdf_files import join
from pagemill.outputs.searchable_pdf.font import UnseenFont
from pagemill.outputs.searchable_pdf.picture_objects import Embedded, embedded
from pagemill.ports import Book

MOST_PAGES, MOST_BYTES = 64, 64 * 1024 * 1024  # of a part


@dataclass(slots=True)
class PicturePages:
    """A context: `add` pages within it; at its end they are the file `made`."""

    book: Book
    made: Path
    _parts: list[Path] = field(default_factory=list)
    _pdf: Pdf = field(default_factory=Pdf.new)
    _font: UnseenFont = field(init=False)
    _bytes: int = 0

    def __post_init__(self) -> None:
        self._font = UnseenFont(self._pdf)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if kind is None:
            self._flush()
            join(self._parts, self.made)
        self._pdf.close()

    def add(self, number: int, size: tuple[float, float]) -> tuple[Pdf, Page, UnseenFont]:
        """A page of this size in points, filled by the picture of page `number`; blank where that
        cannot be drawn. What is returned holds until the next page is added.
        """
        if len(self._pdf.pages) >= MOST_PAGES or self._bytes >= MOST_BYTES:
            self._flush()
        page = self._pdf.add_blank_page(page_size=size)
        picture = embedded(self.book, number)
        if picture is not None:
            self._fill(page, picture, size)
        return self._pdf, page, self._font

    def _fill(self, page: Page, picture: Embedded, size: tuple[float, float]) -> None:
        image = picture.in_pdf(self._pdf)
        page.obj.Resources = Dictionary(XObject=Dictionary(Picture=image))
        page.contents_add(f"q {picture.placed(*size)} cm /Picture Do Q\n".encode())
        self._bytes += len(picture.data)

    def _flush(self) -> None:
        self._font.finish()
        self._parts.append(self.made.with_name(f"part-{len(self._parts)}.pdf"))
        self._pdf.save(self._parts[-1], deterministic_id=True)
        self._pdf.close()
        self._pdf, self._bytes = Pdf.new(), 0
        self._font = UnseenFont(self._pdf)
