"""Endings: how the text of each page ends, so that the next page knows whether it goes on there.

Found in the one walk of the document, before anything is known of it: only the lowest lines of
the size of the text are looked at, and a few rows are kept that may turn out to be a footer.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pagemill.layout.document.styles import Styles
from pagemill.layout.figures.roles import parted
from pagemill.layout.lines import Line, line_of
from pagemill.layout.order.columns import columns
from pagemill.layout.order.rows import rows
from pagemill.layout.skew import straighten
from pagemill.layout.text.blocks import made_of
from pagemill.layout.text.continuing import Tail, tail_of
from pagemill.model.page import BlockKind, Box, PageText
from pagemill.model.upright import Upright

MAX_LINES, MAX_ROWS, MAX_ENDS = 50, 16, 4
MANY = 0.2  # of a page's letters: what the text has at least
SHORT = 150  # letters: no footer says more
SAME_SIZE, SAME_HEIGHT = 1.04, 1.25


@dataclass(frozen=True, slots=True)
class _End:
    """A block at the end of a page's text: `y` is from the page's lower edge, in points."""

    text: str
    y: float
    tail: Tail | None


@dataclass(slots=True)
class Endings:
    """By number of page."""

    ends: dict[int, tuple[_End, ...]] = field(default_factory=dict)

    def seen(self, pages: Iterable[PageText]) -> Iterator[PageText]:
        """The pages, each looked at as it passes."""
        for page in pages:
            if ends := tuple(_ends(page)):
                self.ends[page.number] = ends
            yield page

    def before(self, number: int, is_footer: Callable[[str, float], bool]) -> Tail | None:
        """Where the text of the page before this one ends. `is_footer` is asked whether a text is
        one that stands so many points above the lower edge.
        """
        for end in self.ends.get(number - 1, ()):
            if not is_footer(end.text, end.y):
                return end.tail
        return None


def _ends(page: PageText) -> Iterator[_End]:
    """From the last one up to one that is too long for a footer."""
    upright = Upright(page.width, page.height, page.rotation, page.skew)
    lines = [line for block in page.blocks if (line := line_of(block))]
    lines = parted(page, straighten(lines, page.rotation, page.skew)).text
    lowest = sorted(_in_body(_above_footers(page, lines, upright)), key=_bottom)[-MAX_LINES:]
    if not lowest:
        return
    made = made_of(rows(columns(lowest)[-1])[-MAX_ROWS:], Styles())
    for count in range(len(made), max(0, len(made) - MAX_ENDS), -1):
        last = made[count - 1]
        box = upright.level(last.block.box)
        y = upright.size[1] - _middle(box)
        yield _End(last.block.text[:SHORT], y, tail_of(made[:count]))
        if len(last.block.text) > SHORT or len(last.rows) > 1:
            return


def _above_footers(page: PageText, lines: Sequence[Line], upright: Upright) -> list[Line]:
    """The lines that no region calls a footer, and none that stand as low as one."""
    footers = [upright.level(r.box) for r in page.regions if r.kind is BlockKind.FOOTER]
    top = min([box.y0 for box in footers], default=math.inf)
    boxes = [upright.level(line.shown) for line in lines]
    return [
        line for line, box in zip(lines, boxes, strict=True) if line.fixed or _middle(box) <= top
    ]


def _middle(box: Box) -> float:
    return (box.y0 + box.y1) / 2


def _in_body(lines: Sequence[Line]) -> list[Line]:
    """Those of the size of the text: many letters have it, and no larger one. (Footnotes may be
    longer than what they stand under.) Of all heights near it for OCR.
    """
    letters: Counter[float] = Counter()
    for line in lines:
        if not line.fixed:
            letters[_size(line)] += len(line.text)
    if not letters:
        return []
    many = [size for size, count in letters.items() if count >= MANY * letters.total()]
    usual = max(many, default=letters.most_common(1)[0][0])
    return [line for line in lines if not line.fixed and _is_near(line, usual)]


def _size(line: Line) -> float:
    return round(2 * (line.font_size or line.box.height)) / 2


def _is_near(line: Line, usual: float) -> bool:
    small, large = sorted((line.font_size or line.box.height, usual))
    return large <= (SAME_SIZE if line.font_size else SAME_HEIGHT) * max(small, 0.1)


def _bottom(line: Line) -> float:
    return line.box.y1
