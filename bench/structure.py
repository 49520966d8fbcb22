"""How good the structure of a Markdown text is: headings and tables, against what is true.

Both sides are brought into one form: Markdown becomes HTML, tables become grids of cells in which a
cell that spans several places stands in all of them.

- `heading_f1`: a heading counts if one of the other side says the same but for one letter in eight,
  each used once. Levels are not compared.
- `cell_f1`: F1 of the bags of cell texts, empty cells left out.
- `neighbour_f1`: F1 of the bags of pairs (cell, what stands next to the right of it or below it,
  empty cells skipped), as in the ICDAR 2013 table competition (Göbel et al.): a text in the wrong
  row or column breaks its pairs.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import html
from markdown_it import MarkdownIt
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from score import plain

ALIKE = 88.0  # percent of the letters of a heading
NEARLY = 0.9  # of the letters of a cell, in facts
MAX_SPAN = 200
RIGHT, DOWN = (0, 1), (1, 0)
_SIDES = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}


@dataclass(frozen=True, slots=True)
class Cell:
    """`name` tells cells of equal text apart."""

    name: int
    text: str


Grid = dict[tuple[int, int], Cell]  # by row and column


@dataclass(frozen=True, slots=True)
class Structure:
    headings: tuple[str, ...] = ()
    tables: tuple[Grid, ...] = ()


def structure_of(markdown: str) -> Structure:
    """Of a Markdown text, whose tables may be pipe tables or HTML."""
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    return structure_of_html(parser.render(markdown))


def structure_of_html(text: str) -> Structure:
    if not text.strip():
        return Structure()
    root = html.fromstring(f"<div>{re.sub('(?s)<!--.*?-->', '', text)}</div>")
    headings = [
        plain(found.text_content()) for found in root.xpath(".//h1|.//h2|.//h3|.//h4|.//h5|.//h6")
    ]
    return Structure(
        tuple(heading for heading in headings if heading),
        tuple(_grid(table) for table in root.iter("table")),
    )


def grid_of_csv(text: str) -> Grid:
    rows = list(csv.reader(io.StringIO(text)))
    places = [(r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row)]
    return {(r, c): Cell(name, bare(value)) for name, (r, c, value) in enumerate(places)}


def heading_f1(wanted: Sequence[str], given: Sequence[str]) -> float | None:
    """None where there is nothing to find."""
    if not wanted:
        return None
    left = list(given)
    hits = 0
    for heading in wanted:
        same = next((one for one in left if fuzz.ratio(heading, one) >= ALIKE), None)
        if same is not None:
            left.remove(same)
            hits += 1
    return 2 * hits / (len(wanted) + len(given))


def table_f1(wanted: Sequence[Grid], given: Sequence[Grid]) -> tuple[float, float] | None:
    """`cell_f1` and `neighbour_f1`; None where there is no table to find."""
    if not wanted:
        return None
    cells = _f1(_texts(wanted), _texts(given))
    return cells, _f1(_neighbours(wanted), _neighbours(given))


def holds_in_table(fact: dict, tables: Sequence[Grid]) -> bool:
    """Whether some table has `cell` with what the fact says beside it (`up`, `down`, `left`,
    `right`), above it (`top_heading`) or before it (`left_heading`).
    """
    return any(
        _is_like(fact["cell"], cell.text) and _stands_so(fact, grid, place)
        for grid in tables
        for place, cell in grid.items()
    )


def bare(text: str) -> str:
    """Without any white space: engines and tools differ in it inside cells."""
    return "".join(plain(text).split())


def _grid(table: html.HtmlElement) -> Grid:
    grid: Grid = {}
    name = 0
    for r, row in enumerate(table.iter("tr")):
        c = 0
        for cell in row:
            if cell.tag not in {"td", "th"}:
                continue
            while (r, c) in grid:
                c += 1
            name += 1
            made = Cell(name, bare(" ".join(cell.itertext())))
            for below in range(_span(cell, "rowspan")):
                for beside in range(_span(cell, "colspan")):
                    grid.setdefault((r + below, c + beside), made)
            c += _span(cell, "colspan")
    return grid


def _span(cell: html.HtmlElement, which: str) -> int:
    said = cell.get(which) or "1"
    return max(1, min(int(said), MAX_SPAN)) if said.isdigit() else 1


def _texts(grids: Sequence[Grid]) -> Counter[str]:
    return Counter(cell.text for grid in grids for cell in set(grid.values()) if cell.text)


def _neighbours(grids: Sequence[Grid]) -> Counter[tuple[str, str, tuple[int, int]]]:
    pairs: Counter[tuple[str, str, tuple[int, int]]] = Counter()
    for grid in grids:
        found = {
            (cell, other, way)
            for place, cell in grid.items()
            if cell.text
            for way in (RIGHT, DOWN)
            if (other := _next(grid, place, way))
        }
        pairs.update((cell.text, other.text, way) for cell, other, way in found)
    return pairs


def _next(grid: Grid, place: tuple[int, int], way: tuple[int, int]) -> Cell | None:
    """The first other cell with a text on the way, inside the table."""
    return next((c for c in _along(grid, place, way) if c.text and c != grid[place]), None)


def _along(grid: Grid, place: tuple[int, int], way: tuple[int, int]) -> Iterator[Cell]:
    last = max(r for r, _ in grid), max(c for _, c in grid)
    r, c = place
    while r <= last[0] and c <= last[1]:
        r, c = r + way[0], c + way[1]
        if (r, c) in grid:
            yield grid[r, c]


def _f1(wanted: Counter, given: Counter) -> float:
    total = wanted.total() + given.total()
    return 2 * (wanted & given).total() / total if total else 1.0


def _is_like(wanted: str, found: str) -> bool:
    wanted = bare(wanted)
    if wanted == found or len(wanted) <= len("four"):
        return wanted == found
    return Levenshtein.normalized_similarity(wanted, found) >= NEARLY


def _stands_so(fact: dict, grid: Grid, place: tuple[int, int]) -> bool:
    r, c = place
    nothing = Cell(0, "")
    for side, (down, right) in _SIDES.items():
        if fact.get(side) and not _is_like(
            fact[side], grid.get((r + down, c + right), nothing).text
        ):
            return False
    above = [cell.text for (y, x), cell in grid.items() if x == c and y < r]
    before = [cell.text for (y, x), cell in grid.items() if y == r and x < c]
    return all(
        not fact.get(said) or any(_is_like(fact[said], text) for text in texts)
        for said, texts in (("top_heading", above), ("left_heading", before))
    )
