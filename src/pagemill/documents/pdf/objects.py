"""What is drawn on a PDF page besides text: pictures and paths."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import NDArray

from pagemill.documents.pdf import pdfium
from pagemill.documents.pdf.pdfium import IDENTITY, Matrix
from pagemill.documents.pdf.space import Space
from pagemill.documents.pdf.tags import is_artifact
from pagemill.model.page import Box, around

MAX_OBJECTS = 50_000
MAX_DEPTH = 8
MAX_PICTURES, MAX_PICTURE_LINES = 200, 5_000
THIN, SHORTEST_LINE = 3.0, 20.0  # points
FIGURE_SHARE = (0.02, 0.80)
PAGE_SHARE, MOST_SHARE = 0.80, 0.50
# A path of a rule or a frame has up to 5 segments; a letter drawn as an outline has some 50.
OUTLINE_SEGMENTS = 8
TOUCHING = 1.5


@dataclass(frozen=True, slots=True)
class PlacedPicture:
    """One image object. `width_px` x `height_px` are its own; `dpi` as it lies on the page."""

    box: Box
    width_px: int
    height_px: int
    dpi: float


@dataclass(slots=True)
class Drawing:
    """`outline_segments` counts those of paths that are more than rules and frames. `covered` are
    text objects that a picture as large as the page was laid over. `shapes` are all objects that
    are no text, with the matrices of the forms around them. `has_visible_text` speaks of
    text that nothing covers. `artifacts` are text objects in forms that are marked as such.
    """

    pictures: list[PlacedPicture] = field(default_factory=list)
    outline_segments: int = 0
    covered: frozenset[int] = frozenset()
    has_visible_text: bool = False
    artifacts: set[int] = field(default_factory=set)
    shapes: list[tuple[int, Matrix]] = field(default_factory=list)
    _edges: NDArray[np.float64] | None = None

    def is_bare_paper(self, x: float, y: float) -> bool:
        """Whether nothing but text is drawn at a point of the page's own space.

        All shapes are measured with the first question: maps ask thousands of times about tens of
        thousands.
        """
        if self._edges is None:
            self._edges = np.array([_edges(*shape) for shape in self.shapes]).reshape(-1, 4).T
        x0, y0, x1, y1 = self._edges
        return not bool(((x0 <= x) & (x <= x1) & (y0 <= y) & (y <= y1)).any())


def drawing_of(page: int, space: Space) -> Drawing:
    """Walks the page's objects, forms included, in the order of drawing; at most `MAX_OBJECTS`."""
    drawing = Drawing()
    texts: list[int] = []
    for kind, pdf_object, outer, is_in_artifact in islice(_objects(page), MAX_OBJECTS):
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            texts.append(pdf_object)
            if is_in_artifact:
                drawing.artifacts.add(pdf_object)
            continue
        drawing.shapes.append((pdf_object, outer))
        if kind == raw.FPDF_PAGEOBJ_PATH:
            segments = pdfium.count_segments(pdf_object)
            drawing.outline_segments += segments if segments > OUTLINE_SEGMENTS else 0
        elif kind == raw.FPDF_PAGEOBJ_IMAGE:
            picture = _placed(pdf_object, outer, space)
            drawing.pictures.append(picture)
            if share_of_page(picture.box, space) >= PAGE_SHARE:
                drawing.covered = frozenset(texts)
    drawing.has_visible_text = any(
        text not in drawing.covered and pdfium.text_mode(text) != raw.FPDF_TEXTRENDERMODE_INVISIBLE
        for text in texts
    )
    return drawing


def picture_lines(pictures: list[PlacedPicture]) -> list[Box]:
    """Pictures so thin that they are lines, as some programs draw the frames of tables; none that
    are strips of a larger picture. At most `MAX_PICTURE_LINES`.
    """
    tracks: dict[tuple[bool, int, int], list[Box]] = defaultdict(list)
    for picture in pictures[:MAX_PICTURE_LINES]:
        box = picture.box
        is_level = box.width >= box.height
        if min(box.width, box.height) <= THIN and max(box.width, box.height) >= SHORTEST_LINE:
            ends = (box.x0, box.x1) if is_level else (box.y0, box.y1)
            tracks[is_level, round(ends[0]), round(ends[1])].append(box)
    return [box for track in tracks.values() for box in _apart(track)]


def _apart(track: list[Box]) -> Iterator[Box]:
    """Of lines with the same ends, those that touch no other."""
    track.sort(key=lambda box: (box.x0, box.y0))
    for before, box, after in zip([None, *track[:-1]], track, [*track[1:], None], strict=True):
        if not (before and _touch(before, box)) and not (after and _touch(box, after)):
            yield box


def regions(pictures: list[PlacedPicture]) -> list[Box]:
    """Boxes of the pictures, those that touch joined: scans often come as strips or tiles."""
    joined: list[Box] = []
    for picture in pictures[:MAX_PICTURES]:
        box = picture.box
        while touching := [other for other in joined if _touch(box, other)]:
            box = around([box, *touching])
            joined = [other for other in joined if other not in touching]
        joined.append(box)
    return joined


def share_of_page(box: Box, space: Space) -> float:
    page = space.width * space.height
    return box.width * box.height / page if page > 0 else 0.0


def dpi_of_page_picture(drawing: Drawing, space: Space) -> int | None:
    """Resolution when nothing but pictures can be seen that together cover the most of the page,
    else None. Of layered scans (a colour background under a sharper mask) it is the layer's with
    the most pixels.
    """
    if drawing.has_visible_text or drawing.outline_segments or not drawing.pictures:
        return None
    if max(share_of_page(box, space) for box in regions(drawing.pictures)) < MOST_SHARE:
        return None
    return max(1, round(max(drawing.pictures, key=lambda p: p.width_px * p.height_px).dpi))


_Object = tuple[int, int, Matrix, bool]


def _objects(page: int) -> Iterator[_Object]:
    """Kind and address of each object, the matrix from its form's space to the page's, and whether
    that form is an artifact.
    """
    count = pdfium.count_objects(page)
    for index in range(min(count, MAX_OBJECTS)):
        yield from _with_inner((0, pdfium.get_object(page, index), IDENTITY, False), 0)


def _with_inner(found: _Object, depth: int) -> Iterator[_Object]:
    _, pdf_object, outer, is_in_artifact = found
    kind = pdfium.object_type(pdf_object)
    if kind != raw.FPDF_PAGEOBJ_FORM:
        yield kind, pdf_object, outer, is_in_artifact
    elif depth < MAX_DEPTH:
        matrix = pdfium.product(pdfium.matrix_of(pdf_object), outer)
        is_in_artifact = is_in_artifact or is_artifact(pdf_object)
        for index in range(pdfium.count_form_objects(pdf_object)):
            inner = pdfium.get_form_object(pdf_object, index)
            yield from _with_inner((0, inner, matrix, is_in_artifact), depth + 1)


def _placed(image: int, outer: Matrix, space: Space) -> PlacedPicture:
    matrix = pdfium.product(pdfium.matrix_of(image), outer)
    width_px, height_px = pdfium.image_pixels(image)
    wide, high = math.hypot(matrix[0], matrix[1]), math.hypot(matrix[2], matrix[3])
    dpi = max(72 * width_px / max(wide, 1e-3), 72 * height_px / max(high, 1e-3))
    return PlacedPicture(space.seen_square(matrix), width_px, height_px, min(dpi, 1e6))


def _edges(shape: int, outer: Matrix) -> tuple[float, float, float, float]:
    """Left, bottom, right, top on the page."""
    a, b, c, d, e, f = outer
    left, bottom, right, top = pdfium.bounds_of(shape)
    corners = ((left, bottom), (right, bottom), (left, top), (right, top))
    xs = [a * u + c * v + e for u, v in corners]
    ys = [b * u + d * v + f for u, v in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _touch(one: Box, other: Box) -> bool:
    return (
        one.x0 <= other.x1 + TOUCHING
        and other.x0 <= one.x1 + TOUCHING
        and one.y0 <= other.y1 + TOUCHING
        and other.y0 <= one.y1 + TOUCHING
    )
