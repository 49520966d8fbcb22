"""The rules, shaded areas and drawings that the paths of a PDF page make.

A rule may be a stroked line, a thin filled rectangle or the side of a frame; files use all three.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pypdfium2.raw as raw

from pagemill.documents import pdfium
from pagemill.documents.pdf_space import Space
from pagemill.documents.pdfium import Matrix, product
from pagemill.model.page import Box

MAX_RULES, MAX_FILLS, MAX_SEGMENTS = 5_000, 2_000, 50_000
THIN, SHORTEST = 3.0, 4.0  # points: a rule is no thicker, and no shorter
STRAIGHT = 0.7  # points by which the ends of a rule may be off
PALE = 250

_Point = tuple[float, float]


@dataclass(slots=True)
class Paths:
    """In points of the page as seen. `curved` are the boxes of paths that are no rectangles."""

    rules: list[Box] = field(default_factory=list)
    fills: list[Box] = field(default_factory=list)
    curved: list[Box] = field(default_factory=list)


def paths_of(shapes: Iterable[tuple[int, Matrix]], space: Space) -> Paths:
    """Looks at no more than `MAX_SEGMENTS` segments; the rest of the page has no rules."""
    found = Paths()
    left = MAX_SEGMENTS
    for shape, outer in shapes:
        if pdfium.object_type(shape) != raw.FPDF_PAGEOBJ_PATH:
            continue
        left -= pdfium.count_segments(shape)
        if left < 0 or len(found.rules) >= MAX_RULES or len(found.fills) >= MAX_FILLS:
            break
        _add(shape, product(pdfium.matrix_of(shape), outer), space, found)
    return found


def _add(path: int, matrix: Matrix, space: Space, found: Paths) -> None:
    is_filled, is_stroked = pdfium.drawn_how(path)
    is_filled = is_filled and _is_seen(pdfium.fill_of(path))
    is_stroked = is_stroked and _is_seen(pdfium.stroke_of(path))
    if not is_filled and not is_stroked:
        return
    for points, is_curved in _runs(path):
        seen = _seen(points, matrix, space)
        if is_curved:
            found.curved.append(_around(seen))
        elif is_filled and _is_rectangle(seen):
            _add_filled(_around(seen), found)
        elif is_stroked:
            found.rules.extend(_sides(seen))
        elif is_filled:
            found.curved.append(_around(seen))
        if is_stroked and is_filled and _is_rectangle(seen):
            found.rules.extend(_sides(seen))


def _is_seen(color: tuple[int, int, int, int]) -> bool:
    red, green, blue, alpha = color
    return alpha > 0 and min(red, green, blue) < PALE


def _runs(path: int) -> Iterator[tuple[list[_Point], bool]]:
    """The points of each line drawn without lifting the pen, and whether it has curves."""
    points: list[_Point] = []
    is_curved = False
    for index in range(pdfium.count_segments(path)):
        segment = pdfium.get_segment(path, index)
        kind = pdfium.segment_kind(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            if len(points) > 1:
                yield points, is_curved
            points, is_curved = [], False
        is_curved |= kind == raw.FPDF_SEGMENT_BEZIERTO
        points.append(pdfium.point_of(segment))
        if pdfium.segment_closes(segment) and points[-1] != points[0]:
            points.append(points[0])
    if len(points) > 1:
        yield points, is_curved


def _seen(points: list[_Point], matrix: Matrix, space: Space) -> list[_Point]:
    a, b, c, d, e, f = matrix
    xs = [a * x + c * y + e for x, y in points]
    ys = [b * x + d * y + f for x, y in points]
    boxes = space.seen(np.nan_to_num(np.array([xs, ys, xs, ys], np.float64).T))
    return [(x, y) for x, y, _, _ in boxes.tolist()]


def _around(points: list[_Point]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(*(round(side, 2) for side in (min(xs), min(ys), max(xs), max(ys))))


def _is_rectangle(points: list[_Point]) -> bool:
    """Four sides, each level or upright; the last may be left for the filling to close."""
    if len(points) not in {4, 5} or (len(points) == 5 and not _is_near(points[0], points[4])):
        return False
    corners = points[:4]
    return all(_is_straight(a, b) for a, b in zip(corners, corners[1:] + corners[:1], strict=True))


def _is_near(a: _Point, b: _Point) -> bool:
    return abs(a[0] - b[0]) < STRAIGHT and abs(a[1] - b[1]) < STRAIGHT


def _is_straight(a: _Point, b: _Point) -> bool:
    return abs(a[0] - b[0]) < STRAIGHT or abs(a[1] - b[1]) < STRAIGHT


def _add_filled(box: Box, found: Paths) -> None:
    if min(box.width, box.height) > THIN:
        found.fills.append(box)
    elif max(box.width, box.height) >= SHORTEST:
        found.rules.append(box)


def _sides(points: list[_Point]) -> Iterator[Box]:
    for a, b in pairwise(points):
        long = max(abs(a[0] - b[0]), abs(a[1] - b[1]))
        if long >= SHORTEST and _is_straight(a, b):
            yield _around([a, b])
