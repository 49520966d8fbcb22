"""The rules and shaded areas a reader sees among what paths and thin pictures draw: broken and
double lines are one, what a later area hides is gone, white lines count on shaded areas.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import product

import numpy as np

from pagemill.documents.pdf.paths import SHORTEST, Paths, Piece, is_level, is_thin
from pagemill.documents.pdf.space import Space
from pagemill.model.page import Box, around

MAX_RULES, MAX_FILLS, MAX_COVERS = 5_000, 2_000, 1_000
# Points. Dashes are no longer than DASH, and no further apart than DASH_GAP.
DASH, DASH_GAP, DOT_GAP, TOUCHING = 20.0, 6.0, 3.0, 0.7
FEWEST_BITS, SHORTEST_BROKEN, SHORTEST_PALE = 4, 20.0, 10.0
DOUBLE_GAP, DOUBLE_ENDS, THICKEST, SHORTEST_DOUBLE = 2.5, 2.0, 4.5, 20.0
EDGE = 0.3  # points by which an area must reach beyond what it hides
SAMPLES = 3
ROWS_AT_ONCE = 256

_Edges = tuple[float, float, float, float]


def rules_of(paths: Paths, thin_pictures: Iterable[Box], space: Space) -> tuple[Box, ...]:
    """At most `MAX_RULES`, within the page. Takes n log n steps, and comparing with at most
    `MAX_COVERS` areas.
    """
    covers = _largest(paths.covers)
    broken = [rule.box for rule in _not_hidden([*paths.rules, *paths.bits], covers)]
    whole = [rule.box for rule in _not_hidden(paths.sides, covers)]
    whole += [rule.box for rule in _on_shade(paths.pale, _largest(paths.fills))]
    whole += thin_pictures
    joined: list[Box] = []
    for is_flat in (True, False):
        dashes = [box for box in broken if is_level(box) is is_flat or _is_dot(box)]
        lines = [box for box in whole if is_level(box) is is_flat]
        lines += _unbroken(dashes, is_flat=is_flat, leap=_leap)
        joined += _single(_unbroken(lines, is_flat=is_flat, leap=_touch), is_flat=is_flat)
    return tuple(cut for rule in joined if (cut := space.cut(rule)))[:MAX_RULES]


def fills_of(paths: Paths, space: Space) -> tuple[Box, ...]:
    """At most `MAX_FILLS`, within the page, none twice."""
    seen = _not_hidden(paths.fills, _largest(paths.covers))
    boxes = dict.fromkeys(cut for fill in seen if (cut := space.cut(fill.box)))
    return tuple(box for box in boxes if not is_thin(box))[:MAX_FILLS]


def _largest(areas: list[Piece]) -> list[Piece]:
    if len(areas) <= MAX_COVERS:
        return areas
    return sorted(areas, key=lambda piece: piece.box.area, reverse=True)[:MAX_COVERS]


def _edges(box: Box) -> _Edges:
    return box.x0, box.y0, box.x1, box.y1


def _not_hidden(pieces: list[Piece], covers: list[Piece]) -> list[Piece]:
    """Those over which no area was drawn later."""
    if not pieces or not covers:
        return pieces
    hidden = _within(pieces, covers, -EDGE, is_later=True)
    return [piece for piece, is_hidden in zip(pieces, hidden, strict=True) if not is_hidden]


def _on_shade(pale: list[Piece], fills: list[Piece]) -> list[Piece]:
    """The white lines that were drawn over a shaded area, or around it."""
    long = [p for p in pale if max(p.box.width, p.box.height) >= SHORTEST_PALE]
    if not long or not fills:
        return []
    points = [point for piece in long for point in _samples(piece)]
    seen = _within(points, fills, TOUCHING, is_later=False)
    return [piece for at, piece in enumerate(long) if all(seen[SAMPLES * at : SAMPLES * (at + 1)])]


def _samples(piece: Piece) -> Iterator[Piece]:
    """Points along a line, which may run over many areas."""
    (x0, y0, x1, y1), order, color = _edges(piece.box), piece.order, piece.color
    for n in range(SAMPLES):
        part = (n + 0.5) / SAMPLES
        x, y = x0 + part * (x1 - x0), y0 + part * (y1 - y0)
        yield Piece(Box(x, y, x, y), order, color)


def _within(pieces: list[Piece], areas: list[Piece], slack: float, *, is_later: bool) -> list[bool]:
    """Whether each piece lies in an area, grown by `slack`, that was drawn later, or before it."""
    inner = np.array([(*_edges(piece.box), piece.order) for piece in pieces])
    outer = np.array([(*_edges(area.box), area.order) for area in areas]).T
    left, top, right, bottom = (
        outer[0] - slack,
        outer[1] - slack,
        outer[2] + slack,
        outer[3] + slack,
    )
    found: list[bool] = []
    for start in range(0, len(inner), ROWS_AT_ONCE):
        x0, y0, x1, y1, order = (column[:, None] for column in inner[start:][:ROWS_AT_ONCE].T)
        is_in = (left <= x0) & (x1 <= right) & (top <= y0) & (y1 <= bottom)
        is_in &= (outer[4] > order) if is_later else (outer[4] <= order)
        found += is_in.any(axis=1).tolist()
    return found


def _is_dot(box: Box) -> bool:
    """Whether a piece does not tell which way its line runs."""
    wide, high = box.x1 - box.x0, box.y1 - box.y0
    return max(wide, high) <= min(0.5 + 1.5 * min(wide, high), SHORTEST)


def _length(box: Box) -> float:
    return max(box.x1 - box.x0, box.y1 - box.y0)


def _span(box: Box, *, is_flat: bool) -> tuple[float, float]:
    return (box.x0, box.x1) if is_flat else (box.y0, box.y1)


def _across(box: Box, *, is_flat: bool) -> float:
    return (box.y0 + box.y1) / 2 if is_flat else (box.x0 + box.x1) / 2


def _unbroken(boxes: list[Box], *, is_flat: bool, leap: Callable[[Box, Box], float]) -> list[Box]:
    """Pieces that follow each other along one line become one; what stays a bit is dropped. `leap`
    says how far apart two may be.
    """
    whole: list[Box] = []
    for track in _tracks(boxes, is_flat=is_flat):
        track.sort(key=lambda box: _span(box, is_flat=is_flat))
        chain, last, reach = [track[0]], track[0], _span(track[0], is_flat=is_flat)[1]
        for box in track[1:]:
            start, end = _span(box, is_flat=is_flat)
            if start - reach > leap(last, box):
                whole += _joined(chain)
                chain = []
            chain.append(box)
            if end >= reach or len(chain) == 1:
                last, reach = box, end
        whole += _joined(chain)
    return whole


def _tracks(boxes: list[Box], *, is_flat: bool) -> Iterator[list[Box]]:
    """Boxes that lie along the same line."""
    track: list[Box] = []
    start = 0.0
    for box in sorted(boxes, key=lambda box: _across(box, is_flat=is_flat)):
        at = _across(box, is_flat=is_flat)
        if track and at - start > TOUCHING:
            yield track
            track = []
        if not track:
            start = at
        track.append(box)
    if track:
        yield track


def _leap(one: Box, other: Box) -> float:
    """How far apart both may be to belong to one line."""
    longer = max(_length(one), _length(other))
    return min(DASH_GAP, max(DOT_GAP, 1.5 * longer)) if longer <= DASH else TOUCHING


def _touch(_one: Box, _other: Box) -> float:
    """Boxes in a row, as in a form, are no broken line."""
    return TOUCHING


def _joined(chain: list[Box]) -> list[Box]:
    if len(chain) == 1:
        return chain if _length(chain[0]) >= SHORTEST else []
    whole = around(chain)
    if max(map(_length, chain)) >= SHORTEST:
        return [whole]
    is_broken = len(chain) >= FEWEST_BITS and _length(whole) >= SHORTEST_BROKEN
    return [whole] if is_broken else []


def _single(lines: list[Box], *, is_flat: bool) -> list[Box]:
    """Lines side by side with the same ends become one."""
    found: list[Box] = []
    latest: dict[tuple[int, int], int] = {}
    for line in sorted(lines, key=lambda box: _across(box, is_flat=is_flat)):
        start, end = (round(at / DOUBLE_ENDS) for at in _span(line, is_flat=is_flat))
        near = (latest.get((start + i, end + j)) for i, j in product((0, -1, 1), repeat=2))
        twin = next((at for at in near if at is not None and _is_double(found[at], line)), None)
        if twin is None:
            latest[start, end] = len(found)
            found.append(line)
        else:
            found[twin] = around([found[twin], line])
    return found


def _is_double(one: Box, other: Box) -> bool:
    both = around([one, other])
    thickness, gap = min(both.width, both.height), _gap(one, other)
    return _length(other) >= SHORTEST_DOUBLE and thickness <= THICKEST and gap <= DOUBLE_GAP


def _gap(one: Box, other: Box) -> float:
    wide = max(one.x0, other.x0) - min(one.x1, other.x1)
    high = max(one.y0, other.y0) - min(one.y1, other.y1)
    return max(wide, high)
