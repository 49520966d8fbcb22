"""The paths of a PDF page sorted into lines, shaded areas and shapes.

A rule may be a stroked line, a thin filled rectangle or the side of a frame, a shaded area a
filled rectangle or a line as thick as a row; files use all of them.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import pypdfium2.raw as raw

from pagemill.documents.pdf import pdfium
from pagemill.documents.pdf.pdfium import Matrix, product
from pagemill.documents.pdf.space import Space
from pagemill.model.page import Box

MAX_PIECES, MAX_SEGMENTS = 20_000, 50_000
THIN, SHORTEST = 3.0, 4.0  # points: a rule is no thicker, and no shorter
SPECK = 12.0
STRAIGHT = 0.7  # points by which the ends of a rule may be off
PALE, OPAQUE = 250, 250
# An outline that begins with curves is measured as a whole: nothing in it is a rule.
LONG_OUTLINE, LONGEST, BEGINNING, MANY_CURVES = 48, 10_000, 12, 6
WAVE_SIDES, FRAME_SIDES = 8, 3
ROUNDED = 0.5  # of its girth a rounded rectangle has in straight sides

_Point = tuple[float, float]
_Side = tuple[_Point, _Point]


class Piece(NamedTuple):
    """`order` counts up as the page is drawn, `color` is 0xRRGGBB."""

    box: Box
    order: int
    color: int


@dataclass(slots=True)
class Paths:
    """In points of the page as seen. `sides` are rules that belong to frames. `bits` are too short
    for rules: the dashes of broken ones. `pale` rules are all but white and show on shaded areas
    only. `covers` are areas that hide what was drawn before, white ones included. `shapes` are
    curves, slanting lines and filled shapes that are no rectangles, not even with rounded corners.
    """

    rules: list[Piece] = field(default_factory=list)
    sides: list[Piece] = field(default_factory=list)
    bits: list[Piece] = field(default_factory=list)
    pale: list[Piece] = field(default_factory=list)
    fills: list[Piece] = field(default_factory=list)
    covers: list[Piece] = field(default_factory=list)
    shapes: list[Piece] = field(default_factory=list)

    @property
    def count(self) -> int:
        lines = (self.rules, self.sides, self.bits, self.pale)
        lists = (*lines, self.fills, self.covers, self.shapes)
        return sum(map(len, lists))

    def specks(self) -> list[Box]:
        """Shapes and areas no larger than a letter, such as bullets."""
        boxes = (piece.box for piece in (*self.shapes, *self.fills))
        return [box for box in boxes if max(box.width, box.height) <= SPECK]


@dataclass(frozen=True, slots=True)
class _Ink:
    """How a path is drawn; `width` is of its line, in points as seen."""

    fill: int | None
    stroke: int | None
    width: float
    is_opaque: bool
    order: int


@dataclass(slots=True)
class _Run:
    """A line drawn without lifting the pen; `sides` are its straight parts."""

    points: list[_Point]
    sides: list[_Side] = field(default_factory=list)
    is_curved: bool = False

    @property
    def box(self) -> Box:
        xs, ys = [x for x, _ in self.points], [y for _, y in self.points]
        return Box(min(xs), min(ys), max(xs), max(ys))


def paths_of(shapes: Iterable[tuple[int, Matrix]], space: Space) -> Paths:
    """Looks at no more than `MAX_SEGMENTS` segments and keeps about `MAX_PIECES` pieces; what comes
    later on the page is passed over.
    """
    found = Paths()
    left = MAX_SEGMENTS
    seen: dict[Matrix, Matrix] = {}
    for order, (shape, outer) in enumerate(shapes):
        if pdfium.object_type(shape) != raw.FPDF_PAGEOBJ_PATH:
            continue
        segments = pdfium.count_segments(shape)
        is_outline = _is_outline(shape, segments)
        left -= BEGINNING if is_outline else segments
        if left < 0 or found.count >= MAX_PIECES:
            break
        if outer not in seen:
            seen[outer] = product(outer, space.matrix)
        _add(shape, seen[outer], order, found, is_outline=is_outline)
    return found


def is_thin(box: Box) -> bool:
    return min(box.width, box.height) <= THIN


def is_level(box: Box) -> bool:
    return box.width >= box.height


def _is_outline(path: int, segments: int) -> bool:
    """Whether a path is long and begins with curves, as letters and pictures drawn as paths do, or
    is as long as a coast on a map.
    """
    if not LONG_OUTLINE < segments <= LONGEST:
        return segments > LONGEST
    kinds = [pdfium.segment_kind(pdfium.get_segment(path, n)) for n in range(BEGINNING)]
    return kinds.count(raw.FPDF_SEGMENT_BEZIERTO) >= MANY_CURVES


def _add(path: int, outer: Matrix, order: int, found: Paths, *, is_outline: bool) -> None:
    matrix = product(pdfium.matrix_of(path), outer)
    ink = _ink(path, matrix, order)
    if not math.isfinite(sum(matrix)) or (ink.fill is None and ink.stroke is None):
        return
    if is_outline:
        _add_curved(_Run(_corners(path, outer), is_curved=True), ink, found)
        return
    for run in _runs(path, matrix):
        if run.is_curved and not _is_rounded(run):
            _add_curved(run, ink, found)
        else:
            _add_straight(run, ink, found)


def _ink(path: int, matrix: Matrix, order: int) -> _Ink:
    is_filled, is_stroked = pdfium.drawn_how(path)
    fill = pdfium.fill_of(path) if is_filled else (0, 0, 0, 0)
    stroke = pdfium.stroke_of(path) if is_stroked else (0, 0, 0, 0)
    scale = math.sqrt(abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]))
    return _Ink(
        fill=_color(fill) if fill[3] else None,
        stroke=_color(stroke) if stroke[3] else None,
        width=scale * pdfium.line_width_of(path) if is_stroked else 0.0,
        is_opaque=fill[3] >= OPAQUE and not pdfium.has_transparency(path),
        order=order,
    )


def _color(parts: tuple[int, int, int, int]) -> int:
    return parts[0] << 16 | parts[1] << 8 | parts[2]


def _is_pale(color: int) -> bool:
    return min(color >> 16, color >> 8 & 255, color & 255) >= PALE


def _corners(path: int, outer: Matrix) -> list[_Point]:
    a, b, c, d, e, f = outer
    left, bottom, right, top = pdfium.bounds_of(path)
    corners = ((left, bottom), (right, bottom), (left, top), (right, top))
    return [(a * x + c * y + e, b * x + d * y + f) for x, y in corners]


def _runs(path: int, matrix: Matrix) -> Iterator[_Run]:
    a, b, c, d, e, f = matrix
    run = _Run([])
    for kind, x, y, is_closing in pdfium.segments_of(path):
        point = (a * x + c * y + e, b * x + d * y + f)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            if len(run.points) > 1:
                yield run
            run = _Run([])
        elif kind == raw.FPDF_SEGMENT_LINETO and run.points:
            run.sides.append((run.points[-1], point))
        else:
            run.is_curved = True
        run.points.append(point)
        if is_closing:
            run.sides.append((point, run.points[0]))
            run.points.append(run.points[0])
    if len(run.points) > 1:
        yield run


def _is_rounded(run: _Run) -> bool:
    """Whether a curved line is a rectangle, or a part of one, but for its corners."""
    box = run.box
    girth = box.width + box.height
    if _is_near(run.points[0], run.points[-1]):
        girth *= 2
    straight = sum(abs(p[0] - q[0]) + abs(p[1] - q[1]) for p, q in run.sides)
    return straight >= ROUNDED * girth and all(_is_straight(*side) for side in run.sides)


def _add_curved(run: _Run, ink: _Ink, found: Paths) -> None:
    color = ink.fill if ink.fill is not None else ink.stroke
    if color is None or _is_pale(color):
        color = ink.stroke
    if color is not None and not _is_pale(color):
        found.shapes.append(Piece(run.box, ink.order, color))


def _add_straight(run: _Run, ink: _Ink, found: Paths) -> None:
    box = run.box
    if ink.fill is not None:
        if run.is_curved or _is_rectangle(run):
            _add_filled(Piece(box, ink.order, ink.fill), ink, found)
        elif is_thin(box):
            _add_rule(Piece(box, ink.order, ink.fill), found)
        else:
            _add_curved(run, ink, found)
    if ink.stroke is not None:
        _add_stroked(run, ink, ink.stroke, found)


def _is_rectangle(run: _Run) -> bool:
    """Four sides, each level or upright; the last may be left for the filling to close."""
    points = run.points
    if not 4 <= len(points) <= 6:
        return False
    a, b, c, d, *rest = points
    is_closed = all(_is_near(a, point) for point in rest)
    return is_closed and all(_is_straight(*side) for side in ((a, b), (b, c), (c, d), (d, a)))


def _is_near(a: _Point, b: _Point) -> bool:
    return abs(a[0] - b[0]) < STRAIGHT and abs(a[1] - b[1]) < STRAIGHT


def _is_straight(a: _Point, b: _Point) -> bool:
    return abs(a[0] - b[0]) < STRAIGHT or abs(a[1] - b[1]) < STRAIGHT


def _add_filled(piece: Piece, ink: _Ink, found: Paths) -> None:
    if is_thin(piece.box):
        _add_rule(piece, found)
        return
    if not _is_pale(piece.color):
        found.fills.append(piece)
    if ink.is_opaque:
        found.covers.append(piece)


def _add_rule(piece: Piece, found: Paths) -> None:
    if _is_pale(piece.color):
        found.pale.append(piece)
    elif max(piece.box.width, piece.box.height) >= SHORTEST:
        found.rules.append(piece)
    else:
        found.bits.append(piece)


def _add_stroked(run: _Run, ink: _Ink, color: int, found: Paths) -> None:
    is_slanting = _is_wave(run)
    for a, b in [] if is_slanting else run.sides:
        if not _is_straight(a, b):
            is_slanting = True
            continue
        side = _box(a, b)
        if ink.width > THIN:
            _add_thick(side, ink, color, found)
        elif len(run.sides) >= FRAME_SIDES and not _is_pale(color):
            found.sides.append(Piece(side, ink.order, color))
        else:
            _add_rule(Piece(side, ink.order, color), found)
    if is_slanting and not _is_pale(color):
        found.shapes.append(Piece(run.box, ink.order, color))


def _is_wave(run: _Run) -> bool:
    """Whether a line is made of many short parts, as the curves of plots are."""
    if len(run.sides) < WAVE_SIDES or is_thin(run.box):
        return False
    short = sum(1 for a, b in run.sides if abs(a[0] - b[0]) + abs(a[1] - b[1]) < SHORTEST)
    return 2 * short > len(run.sides)


def _box(a: _Point, b: _Point) -> Box:
    (ax, ay), (bx, by) = a, b
    return Box(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))


def _add_thick(side: Box, ink: _Ink, color: int, found: Paths) -> None:
    """A line thicker than a rule is a shaded area: what it covers."""
    half = ink.width / 2
    wide, high = (0.0, half) if is_level(side) else (half, 0.0)
    box = Box(side.x0 - wide, side.y0 - high, side.x1 + wide, side.y1 + high)
    if not is_thin(box) and not _is_pale(color):
        found.fills.append(Piece(box, ink.order, color))
