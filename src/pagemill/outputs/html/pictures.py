"""Pictures that lie in the HTML itself."""

import base64
from dataclasses import dataclass

from pagemill.outputs.crops import DPI, cut, drawn, jpeg
from pagemill.outputs.flow import Part
from pagemill.ports import Book, Picture


@dataclass(slots=True)
class Pictures:
    """Draws a page when its first picture is asked for, and keeps one page drawn."""

    book: Book
    _number: int = 0
    _page: Picture | None = None

    def source(self, part: Part) -> str:
        """The crop of a part as a data: URI; "" where its page cannot be drawn."""
        place = part.places[0]
        if place.page != self._number:
            self._number, self._page = place.page, None  # one page in memory at a time
            self._page = drawn(self.book, place.page, DPI)
        if self._page is None:
            return ""
        return (
            f"data:image/jpeg;base64,{base64.b64encode(jpeg(cut(self._page, place.box))).decode()}"
        )
