"""Figures become blocks with their captions, and find their place among the blocks of text."""

from collections.abc import Sequence
from dataclasses import replace

from pagemill.layout.document.styles import Styles
from pagemill.layout.figures.roles import Figure
from pagemill.layout.lines import Line, mean_confidence
from pagemill.layout.order.rows import rows
from pagemill.layout.text.blocks import blocks
from pagemill.model.page import Block, BlockKind, Box
from pagemill.model.upright import Upright

BESIDE = 0.5  # of its height: what a figure shares with one in its row


def with_figures(
    text: Sequence[Block], figures: Sequence[Figure], upright: Upright, styles: Styles
) -> list[Block]:
    """The blocks of text in their order, with each figure and its captions between two of them."""
    boxes = [upright.level(block.box) for block in text]
    placed: dict[int, list[Figure]] = {}
    for figure in _row_by_row(figures):
        placed.setdefault(_place(figure.box, boxes), []).append(figure)
    found: list[Block] = []
    for index in range(len(text) + 1):
        for figure in placed.get(index, ()):
            found += _blocks(figure, styles)
        found += text[index : index + 1]
    return found


def _row_by_row(figures: Sequence[Figure]) -> list[Figure]:
    """Those that stand side by side from left to right, however high each begins."""
    found: list[list[Figure]] = []
    for figure in sorted(figures, key=lambda one: one.box.y0):
        row = found[-1][-1].box if found else None
        if row and min(row.y1, figure.box.y1) - figure.box.y0 > BESIDE * figure.box.height:
            found[-1].append(figure)
        else:
            found.append([figure])
    return [figure for row in found for figure in sorted(row, key=lambda one: one.box.x0)]


def _place(figure: Box, text: Sequence[Box]) -> int:
    """The number of the block that a figure stands before: it follows the last block above it or
    goes before the first one below, whichever is more its column's.
    """
    over = [index for index, box in enumerate(text) if _shared(box, figure) > 0]
    above = [index for index in over if _middle(text[index]) <= _middle(figure)]
    below = [index for index in over if _middle(text[index]) > _middle(figure)]
    if not above and not below:
        return sum(_middle(box) < _middle(figure) for box in text)
    if not above or not below:
        return above[-1] + 1 if above else below[0]
    before, after = above[-1], below[0]
    is_alike = _shared(text[before], figure) >= _shared(text[after], figure)
    return before + 1 if is_alike else after


def _blocks(figure: Figure, styles: Styles) -> list[Block]:
    """The picture with what is written in it, its captions before and after."""
    inside = _drawn(figure.inside)
    picture = Block(
        BlockKind.FIGURE,
        figure.region.box,
        "\n".join(row.text for row in inside),
        mean_confidence(inside),
    )
    above, below = (
        of_kind(BlockKind.CAPTION, some, styles) for some in (figure.above, figure.below)
    )
    return [*above, picture, *below]


def _drawn(lines: Sequence[Line]) -> list[Line]:
    """What is written in a drawing, piece by piece in the order of the file where that is known:
    by rows, the numbers of an axis and the lines of a label would mix with their neighbours.
    """
    if any(line.place < 0 or not line.font_size for line in lines):
        return rows(lines)
    runs: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.place):
        if runs and _goes_on(runs[-1][-1].box, line.box):
            runs[-1].append(line)
        else:
            runs.append([line])
    return [row for run in runs for row in rows(run)]


def _goes_on(before: Box, after: Box) -> bool:
    """Whether it is drawn on the same row, farther right."""
    return before.x0 <= after.x0 and before.y0 < after.y1 and after.y0 < before.y1


def of_kind(kind: BlockKind, lines: Sequence[Line], styles: Styles) -> list[Block]:
    """Blocks of these lines, all of one kind."""
    made = blocks(rows(lines), styles) if lines else []
    return [replace(block, kind=kind, level=None) for block in made]


def _middle(box: Box) -> float:
    return (box.y0 + box.y1) / 2


def _shared(a: Box, b: Box) -> float:
    """What both have of the width they take up together; 0 where they stand side by side."""
    both = min(a.x1, b.x1) - max(a.x0, b.x0)
    return max(0.0, both) / max(1e-6, max(a.x1, b.x1) - min(a.x0, b.x0))
