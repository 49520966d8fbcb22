"""Charts and diagrams among the paths of a PDF page: what lies together, is drawn with more than
level and upright lines, and holds little text.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pagemill.documents.pdf.objects import FIGURE_SHARE, share_of_page
from pagemill.documents.pdf.paths import Paths, Piece, is_level, is_thin
from pagemill.documents.pdf.space import Floats, Space
from pagemill.model.page import Box, around, common_area

MAX_PIECES, MAX_TEXTS, MAX_DRAWINGS = 5_000, 5_000, 50
# Points: pieces no further apart belong together; what is smaller than a letter may be one.
NEAR, SMALLEST_SIDE, LETTER = 8.0, 36.0, 14.0
MOST_CELLS = 256  # along a side of the page
# Of the area that text covers: of any drawing, and of one with a grid. Tables hold more.
MOST_TEXT, MOST_TEXT_IN_GRID = 0.25, 0.08
FEWEST_SHAPES, FEWEST_AROUND, FEWEST_MARKS, LARGE = 3, 2, 12, 0.3
# Between bars: times their thickness; points; of the length of a row of bars.
MOST_BETWEEN, SAME_PLACE, AXIS = 2.0, 2.0, 0.6
FEWEST_BARS, FEWEST_TILES, FEWEST_COLORS, LABELLED = 3, 6, 3, 0.3
PANEL = 0.02  # of the page: a larger shaded area with text in it is behind text
GRID_LINES = 3


@dataclass(slots=True)
class _Cluster:
    """What lies together: `shapes` are no rectangles, `bars` are shaded ones, `rules` the lines."""

    box: Box
    shapes: list[Box] = field(default_factory=list)
    bars: list[Piece] = field(default_factory=list)
    rules: list[Box] = field(default_factory=list)


def drawings_of(
    paths: Paths, rules: Sequence[Box], texts: Sequence[Box], space: Space
) -> tuple[Box, ...]:
    """Boxes of at most `MAX_DRAWINGS`, top to bottom; `texts` are the boxes of the page's lines.
    Looks at no more than `MAX_PIECES` and `MAX_TEXTS`.
    """
    if not paths.shapes and not paths.fills:
        return ()
    centers = _centers(texts[:MAX_TEXTS])
    found = [c for c in _clusters(paths, rules, centers, space) if _fits(c.box, space)]
    found.sort(key=lambda cluster: cluster.box.area, reverse=True)
    drawn: list[Box] = []
    for cluster in found[:MAX_DRAWINGS]:
        inside = [texts[index] for index in _inside(centers, cluster.box).tolist()]
        if _is_drawing(cluster, inside, centers) and not _is_in(cluster.box, drawn):
            drawn.append(cluster.box)
    return tuple(sorted(drawn, key=lambda box: (box.y0, box.x0)))


def _centers(boxes: Sequence[Box]) -> Floats:
    return np.array([((b.x0 + b.x1) / 2, (b.y0 + b.y1) / 2) for b in boxes]).reshape(-1, 2)


def _inside(centers: Floats, area: Box) -> NDArray[np.intp]:
    x, y = centers.T
    return np.flatnonzero((area.x0 < x) & (x < area.x1) & (area.y0 < y) & (y < area.y1))


def _fits(box: Box, space: Space) -> bool:
    smallest, largest = FIGURE_SHARE
    is_large = min(box.width, box.height) >= SMALLEST_SIDE
    return is_large and smallest <= share_of_page(box, space) <= largest


def _is_in(box: Box, others: list[Box]) -> bool:
    return any(common_area(box, other) > box.area / 2 for other in others)


# ---------------------------------------------------------------- what lies together


def _clusters(
    paths: Paths, rules: Sequence[Box], centers: Floats, space: Space
) -> Iterator[_Cluster]:
    page = space.width * space.height
    most = FIGURE_SHARE[1] * page
    cut = (space.cut(piece.box) for piece in paths.shapes[:MAX_PIECES])
    shapes = [box for box in cut if box and box.area <= most]
    bars = [
        piece
        for piece in paths.fills[:MAX_PIECES]
        if piece.box.area <= most
        and space.holds(piece.box)
        and (piece.box.area <= PANEL * page or not len(_inside(centers, piece.box)))
    ]
    frames = [box for box in _frames(rules, space) if box.area <= most]
    rows = [around(row.bars) for row in _rows([piece.box for piece in bars])]
    boxes = [*shapes, *(piece.box for piece in bars), *frames, *rows]
    found: dict[int, _Cluster] = {}
    for index, (box, root) in enumerate(zip(boxes, _together(boxes, NEAR, space), strict=True)):
        cluster = found.setdefault(root, _Cluster(box))
        cluster.box = around([cluster.box, box])
        if index < len(shapes):
            cluster.shapes.append(box)
        elif index < len(shapes) + len(bars):
            cluster.bars.append(bars[index - len(shapes)])
    middles = _centers(rules)
    for cluster in found.values():
        if cluster.shapes or cluster.bars:
            inside = _inside(middles, _grown(cluster.box, 1.0))
            cluster.rules = [rules[index] for index in inside.tolist()]
            yield cluster


def _grown(box: Box, by: float) -> Box:
    return Box(box.x0 - by, box.y0 - by, box.x1 + by, box.y1 + by)


def _frames(rules: Sequence[Box], space: Space) -> list[Box]:
    """The boxes of lines that touch each other: axes, frames, grids."""
    groups: dict[int, list[Box]] = defaultdict(list)
    for box, root in zip(rules, _together(rules, 1.0, space), strict=True):
        groups[root].append(box)
    boxes = [around(group) for group in groups.values()]
    return [box for box in boxes if not is_thin(box)]


def _together(boxes: Sequence[Box], reach: float, space: Space) -> list[int]:
    """A number for each box, the same for those that touch when each is grown by half of `reach`.

    They are painted on a coarse grid whose connected runs are then told apart: the time does not
    grow with how many lie on one spot.
    """
    cell = max(space.width / MOST_CELLS, space.height / MOST_CELLS, 1.0)
    grid = np.zeros((MOST_CELLS + 3, MOST_CELLS + 3), np.bool_)
    places = []
    for box in boxes:
        edges = (box.x0 - reach / 2, box.y0 - reach / 2, box.x1 + reach / 2, box.y1 + reach / 2)
        x0, y0, x1, y1 = (min(max(int(at / cell), 0), MOST_CELLS) + 1 for at in edges)
        grid[y0 : y1 + 1, x0 : x1 + 1] = True
        places.append((y0, x0))
    labels = _labelled(grid)
    return [int(labels[place]) for place in places]


def _labelled(grid: NDArray[np.bool_]) -> NDArray[np.int64]:
    """A number for each painted cell, the same for those that hang together."""
    labels = np.zeros(grid.shape, np.int64)
    parents = [0]
    for y in range(1, len(grid)):
        if (grid[y] == grid[y - 1]).all():
            labels[y] = labels[y - 1]
            continue
        edges = np.flatnonzero(grid[y, 1:] != grid[y, :-1]) + 1
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            above = {_root(parents, label) for label in labels[y - 1, start:end].tolist() if label}
            if not above:
                above = {len(parents)}
                parents.append(len(parents))
            label = min(above)
            labels[y, start:end] = label
            for other in above:
                parents[other] = label
    return np.array([_root(parents, label) for label in range(len(parents))])[labels]


def _root(parents: list[int], label: int) -> int:
    while parents[label] != label:
        parents[label] = label = parents[parents[label]]
    return label


# ---------------------------------------------------------------- what is a drawing


def _is_drawing(cluster: _Cluster, texts: list[Box], centers: Floats) -> bool:
    covered = sum(common_area(text, cluster.box) for text in texts) / cluster.box.area
    if covered > (MOST_TEXT_IN_GRID if _is_grid(cluster) else MOST_TEXT):
        return False
    return _has_shapes(cluster) or _has_bars(cluster, centers)


def _is_grid(cluster: _Cluster) -> bool:
    """Whether several lines run through most of it both ways; marks on axes are short."""
    wide, high = cluster.box.width / 2, cluster.box.height / 2
    level = sum(1 for box in cluster.rules if box.width > wide)
    upright = sum(1 for box in cluster.rules if box.height > high)
    return min(level, upright) >= GRID_LINES


def _has_shapes(cluster: _Cluster) -> bool:
    """Several that are no letters; a large one among lines or others; the many marks of a plot."""
    among = len(cluster.rules) + len(cluster.bars)
    wide, high = LARGE * cluster.box.width, LARGE * cluster.box.height
    shapes = [box for box in cluster.shapes if max(box.width, box.height) > LETTER]
    large = [box for box in cluster.shapes if box.width >= wide or box.height >= high]
    if among > 1:
        return len(shapes) >= FEWEST_SHAPES or bool(large) or len(cluster.shapes) >= FEWEST_MARKS
    longer = LARGE * max(cluster.box.width, cluster.box.height)
    is_text = all(max(box.width, box.height) < longer for box in shapes)  # as outlines
    return len(shapes) >= FEWEST_AROUND and not is_text


def _has_bars(cluster: _Cluster, centers: Floats) -> bool:
    """Shaded rectangles without text that stand on one line, or tiles of several colours."""
    bars = cluster.bars
    if len(bars) < FEWEST_BARS:
        return False
    labelled = sum(1 for bar in bars if len(_inside(centers, bar.box)))
    if labelled > LABELLED * len(bars):
        return False
    colors = len({bar.color for bar in bars})
    if len(bars) >= FEWEST_TILES and colors >= FEWEST_COLORS:
        return True
    rows = _rows([bar.box for bar in bars])
    return any(colors > 1 or _has_axis(row, cluster.rules) for row in rows)


@dataclass(frozen=True, slots=True)
class _Row:
    """Bars of one thickness and different lengths that stand on one line, level or upright."""

    bars: list[Box]
    base: float
    is_level: bool


def _rows(boxes: list[Box]) -> Iterator[_Row]:
    for side, is_flat in (("y1", True), ("y0", True), ("x0", False), ("x1", False)):
        standing: dict[tuple[int, int], list[Box]] = defaultdict(list)
        for box in boxes:
            thickness = box.width if is_flat else box.height
            standing[round(getattr(box, side)), round(thickness)].append(box)
        for (base, thickness), bars in standing.items():
            bars.sort(key=lambda box: box.x0 if is_flat else box.y0)
            for row in _neighbours(bars, MOST_BETWEEN * thickness, is_flat=is_flat):
                lengths = {round(box.height if is_flat else box.width) for box in row}
                if len(lengths) >= FEWEST_BARS:
                    yield _Row(row, float(base), is_flat)


def _neighbours(bars: list[Box], reach: float, *, is_flat: bool) -> Iterator[list[Box]]:
    row: list[Box] = []
    for box in bars:
        if row and (box.x0 - row[-1].x1 if is_flat else box.y0 - row[-1].y1) > reach:
            yield row
            row = []
        row.append(box)
    yield row


def _has_axis(row: _Row, rules: list[Box]) -> bool:
    """Whether a line runs along where the bars stand, and not only along one of them."""
    whole = around(row.bars)
    for rule in rules:
        if is_level(rule) is not row.is_level:
            continue
        at, length = (rule.y0, rule.width) if row.is_level else (rule.x0, rule.height)
        reach = whole.width if row.is_level else whole.height
        if abs(at - row.base) < SAME_PLACE and length > AXIS * reach:
            return True
    return False
