"""Feet: how the columns stand at the lower end of each page, so that a table on top of the next
page knows whether its rows go on there.

Learned in the one walk of the document: the x of the upright rules that end lowest, and the pieces
of the lowest row of cells, if hardly a line stands below. A few numbers a page, in points.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from pagemill.layout.lines import sane
from pagemill.model.page import Block, BlockKind, Box, Cell, PageText

MOST_BELOW = 3  # lines under a table that are no more than a page's foot
SAME = 3.0  # points by which the same column may be off on the next page
LEVEL = 5.0  # points: the upright rules of one table end as low
FEWEST, MOST = 3, 60  # columns
LOWEST = 60  # lines of a page that are looked at
LONGEST_TITLE = 150  # letters
_CONTINUED = re.compile(
    r"\b(?:cont(?:inued|['’]d|d|\.)|fortsetzung|suite|continuación|continuação|continuazione|vervolg)",
    re.IGNORECASE,
)

_Stretch = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Foot:
    """`borders` are those of ruled columns, `cells` what the cells of the lowest row take up."""

    borders: tuple[float, ...] = ()
    cells: tuple[_Stretch, ...] = ()


@dataclass(slots=True)
class Feet:
    """By number of page."""

    feet: dict[int, Foot] = field(default_factory=dict)

    def seen(self, pages: Iterable[PageText]) -> Iterator[PageText]:
        """The pages, each looked at as it passes."""
        for page in pages:
            foot = foot_of(page)
            if foot.borders or foot.cells:
                self.feet[page.number] = foot
            yield page

    def before(self, number: int) -> Foot | None:
        return self.feet.get(number - 1)


def foot_of(page: PageText) -> Foot:
    boxes = [sane(b.box) for b in page.blocks if b.kind is BlockKind.LINE and b.font_size]
    lowest = sorted(boxes, key=lambda box: box.y1, reverse=True)[:LOWEST]
    return Foot(_borders(page, lowest), _cells(lowest))


def _borders(page: PageText, lowest: Sequence[Box]) -> tuple[float, ...]:
    upright = [rule for rule in map(sane, page.marks.rules) if rule.height > rule.width]
    bottom = max((rule.y1 for rule in upright), default=0.0)
    if sum(box.y0 > bottom - LEVEL for box in lowest) > MOST_BELOW:
        return ()
    found: list[float] = []
    for x in sorted((r.x0 + r.x1) / 2 for r in upright if r.y1 > bottom - LEVEL):
        if not found or x - found[-1] > SAME:
            found.append(x)
    return tuple(found[:MOST])


def _cells(lowest: Sequence[Box]) -> tuple[_Stretch, ...]:
    """The lowest row of cells, if no more lines than a foot's stand below."""
    for index, box in enumerate(lowest[: MOST_BELOW + 1]):
        row = [b for b in lowest[index:] if b.y0 < (box.y0 + box.y1) / 2 < b.y1]
        if len(row) >= FEWEST:
            return tuple(sorted((b.x0, b.x1) for b in row))[:MOST]
    return ()


def with_continued(blocks: Sequence[Block], foot: Foot | None) -> list[Block]:
    """The blocks of a page's text. A table on top of it goes on from the page before if it has
    the columns that stand at the `foot` there. A title that says so may stand above it.
    """
    found = list(blocks)
    first = 1 if found and _says_continued(found[0]) else 0
    head = found[first] if len(found) > first else None
    if head and foot and head.kind is BlockKind.TABLE and _goes_on(head.cells, foot):
        found[first] = replace(head, continues=True)
    return found


def _says_continued(block: Block) -> bool:
    return len(block.text) <= LONGEST_TITLE and bool(_CONTINUED.search(block.text))


def _goes_on(cells: Sequence[Cell], foot: Foot) -> bool:
    columns = _columns(cells)
    if len(columns) < 2:
        return False
    if foot.borders:
        edges = sorted({x for cell in cells if cell.box for x in (cell.box.x0, cell.box.x1)})
        return _stand_on(edges, foot.borders)
    return _stand_in(foot.cells, columns)


def _columns(cells: Sequence[Cell]) -> list[_Stretch]:
    """What the cells of one column take up, column by column."""
    found: dict[int, _Stretch] = {}
    for cell in cells:
        if cell.box and cell.column_span == 1:
            x0, x1 = found.get(cell.column, (cell.box.x0, cell.box.x1))
            found[cell.column] = min(x0, cell.box.x0), max(x1, cell.box.x1)
    return [found[column] for column in sorted(found)]


def _stand_on(edges: Sequence[float], borders: Sequence[float]) -> bool:
    """Whether the edges of the cells are the borders there. The table may reach farther out on
    both sides, for its frame may be open.
    """
    first, last = borders[0] - SAME, borders[-1] + SAME
    inner = [edge for edge in edges if first <= edge <= last]
    outer = [edge for edge in edges if not first <= edge <= last]
    if len(borders) < 2 or sum(x < first for x in outer) > 1 or sum(x > last for x in outer) > 1:
        return False
    return _are_near(inner, borders) and _are_near(borders, inner)


def _are_near(places: Sequence[float], others: Sequence[float]) -> bool:
    return all(any(abs(place - other) <= SAME for other in others) for place in places)


def _stand_in(cells: Sequence[_Stretch], columns: Sequence[_Stretch]) -> bool:
    """Whether each cell of the row meets one column and no two the same, nearly all columns."""
    met = []
    for x0, x1 in cells:
        over = [i for i, (first, last) in enumerate(columns) if x0 < last and first < x1]
        if len(over) != 1:
            return False
        met += over
    return len(set(met)) == len(met) and len(met) >= max(FEWEST, len(columns) - 1)
