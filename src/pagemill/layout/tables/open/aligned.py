"""Rows of text with gaps in step: they join as long as their gaps stand over each other, or keep to
the lanes between their cells. Whether that is a table is judged apart.
"""

from collections.abc import Iterable, Iterator, Sequence

from pagemill.layout.tables.open.lanes import (
    MOST_LANES,
    SHARED,
    Gap,
    TextRow,
    is_loose,
    keep_to_lanes,
)

LEAP = 2.2  # line heights from one row to the next of its table
LOOK_BACK = 3  # rows of the table that a new one may be in step with
MOST_ALONE = 2  # lines in one piece between rows of cells
UNDER = 0.5  # line heights between the lines of one cell
BESIDE = 0.2  # line heights by which a line reaches beside the next one
MOST_HEADS, CLOSE = 3, 0.7  # rows of heads over a run, line heights between them


def in_step(rows: Sequence[TextRow], height: float) -> Iterator[list[TextRow]]:
    """Runs of rows whose gaps stand over each other, with what stands between them."""
    start = done = 0
    while start < len(rows):
        later = (rows[index] for index in range(start, len(rows)))
        run = going_on([], later, height) if rows[start].gaps(height) else []
        if run:
            heads = _heads(rows[max(done, start - MOST_HEADS) : start], run, height)
            end = start + len(run)
            done = end + count_under(run, rows[end : end + MOST_ALONE], height)
            yield [*heads, *rows[start:done]]
        start = done if run else start + 1


def _heads(above: Sequence[TextRow], run: Sequence[TextRow], height: float) -> list[TextRow]:
    """Rows close above a run that stand over its columns, but not over the first, and those that
    reach down to it.
    """
    end = run[0].gaps(height)[0][0]
    last = max(piece.box.x1 for row in run for piece in row.pieces)
    found = reaching_down(above, run, height)
    if above and not found and is_loose(above[-1], run[:MOST_LANES], height):
        found = [above[-1]] if _space(above[-1], run[0], upward=False) < CLOSE * height else []
    before = found[0] if found else run[0]
    for row in reversed(above[: len(above) - len(found)]):
        first, right = row.pieces[0].box.x0, row.pieces[-1].box.x1
        if (
            _space(row, before, upward=False) > CLOSE * height
            or first < end
            or right > last + height
            or row.is_caption
        ):
            break
        found.insert(0, row)
        before = row
    return found


def reaching_down(above: Sequence[TextRow], run: Sequence[TextRow], height: float) -> list[TextRow]:
    """Rows above a run that reach down to it: a head of two lines, others at its middle."""
    parted = [row for row in run[:MOST_LANES] if row.gaps(height)]
    found: list[TextRow] = []
    before = run[0]
    for row in reversed(above[-MOST_HEADS:]):
        is_beside = row.bottom - before.top > BESIDE * height
        if row.is_caption or not is_beside or not keep_to_lanes([row], parted, height):
            break
        found.insert(0, row)
        before = row
    return found


def going_on(
    run: Sequence[TextRow], rows: Iterable[TextRow], height: float, *, upward: bool = False
) -> list[TextRow]:
    """The rows that come next and are in step with the last ones of a run, or with the first of
    their own. Rows without gaps belong to it if one in step follows.
    """
    parted = [row for row in run if row.gaps(height)]
    gaps = [row.gaps(height) for row in parted]
    found: list[TextRow] = []
    waiting: list[TextRow] = []
    alone = 0
    before = run[-1] if run else None
    for row in rows:
        if (before and _space(before, row, upward=upward) >= LEAP * height) or row.is_caption:
            break
        before = row
        own = row.gaps(height)
        if not own and is_loose(row, parted[-MOST_LANES:], height):
            found += [*waiting, row]
            waiting, alone = [], 0
        elif not own:
            alone += not keep_to_lanes([row], parted[-MOST_LANES:], height)
            if alone > MOST_ALONE or (alone and row.is_prose):
                break
            waiting.append(row)
        elif not gaps or _are_in_step(row, own, gaps, parted, height):
            found += [*waiting, row]
            waiting, alone = [], 0
            gaps.append(own)
            parted.append(row)
        else:
            break
    return found


def _are_in_step(
    row: TextRow,
    own: Sequence[Gap],
    gaps: Sequence[Sequence[Gap]],
    parted: Sequence[TextRow],
    height: float,
) -> bool:
    if any(_meet(own, g, height) for g in gaps[-LOOK_BACK:]):
        return True
    return keep_to_lanes([row], parted[-MOST_LANES:], height)


def count_under(run: Sequence[TextRow], rows: Iterable[TextRow], height: float) -> int:
    """How many of the rows that follow go on close under a cell of a row. Under its first cell they
    do so only where they reach up to it: a cell of two lines, others at its middle.
    """
    parted = [row for row in run[-MOST_LANES:] if row.gaps(height)]
    if not parted:
        return 0
    gaps = parted[-1].gaps(height)
    count, before = 0, run[-1]
    for row in rows:
        box = row.pieces[0].box
        white = row.top - before.bottom
        if len(row.pieces) > 1 or white > UNDER * height or (white > 0 and box.x0 < gaps[0][0]):
            break
        is_over = any(box.x0 < (a + b) / 2 < box.x1 for a, b in gaps)
        if is_over and not (len(parted) > 1 and keep_to_lanes([row], parted, height)):
            break
        count, before = count + 1, row
    return count


def _space(before: TextRow, row: TextRow, *, upward: bool) -> float:
    return before.top - row.bottom if upward else row.top - before.bottom


def _meet(a: Sequence[Gap], b: Sequence[Gap], height: float) -> bool:
    """Whether at least half of the gaps of the one that has fewer stand over gaps of the other."""
    few, many = sorted((a, b), key=len)
    met = index = 0
    for first, last in few:
        while index < len(many) and many[index][1] < first + SHARED * height:
            index += 1
        if index < len(many) and min(last, many[index][1]) - max(first, many[index][0]) >= (
            SHARED * height
        ):
            met += 1
    return 2 * met >= len(few)
