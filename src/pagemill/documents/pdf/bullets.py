"""Bullets that a PDF draws as small shapes, as browsers do, given to their lines as text."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from pagemill.documents.pdf.segments import Segment
from pagemill.model.page import Box

BULLET = "•"
MAX_SHAPES, MOST_IN_BAND = 2_000, 16
BAND = 4.0  # points
# In ems of the line: the size of a bullet, how far before its line it stands.
SMALLEST, LARGEST, NEAREST, FARTHEST = 0.15, 0.6, 0.15, 2.0
FEWEST = 2  # on a page
SHORTEST = 3  # characters: a point in a drawing has a shorter name
ROUND = 1.4  # times as wide as high, or as high as wide, at most
MIDDLE = (0.25, 0.75)  # of the line's height


def with_bullets(segments: list[Segment], shapes: Sequence[Box]) -> list[Segment]:
    """Each line with the shape right before it as its first word, where one such shape is not
    alone on the page. Looks at `MAX_SHAPES`, each with at most `MOST_IN_BAND` lines in its part of
    the page.
    """
    if not shapes:
        return segments
    bands: dict[int, list[int]] = defaultdict(list)
    for at, segment in enumerate(segments):
        if segment.is_upright:
            bands[int(_middle(segment.box) / BAND)].append(at)
    found: dict[int, Box] = {}
    for shape in shapes[:MAX_SHAPES]:
        place = _line_of(shape, segments, bands)
        if place is not None:
            found.setdefault(place, shape)
    if len(found) < FEWEST:
        return segments
    return [
        _with_bullet(segment, found[at]) if at in found else segment
        for at, segment in enumerate(segments)
    ]


def _middle(box: Box) -> float:
    return (box.y0 + box.y1) / 2


def _line_of(shape: Box, segments: list[Segment], bands: dict[int, list[int]]) -> int | None:
    """The nearest line that the shape may be a bullet of."""
    band = int(_middle(shape) / BAND)
    near = [at for b in (band - 1, band, band + 1) for at in bands.get(b, ())[:MOST_IN_BAND]]
    fitting = [at for at in near if _is_bullet(shape, segments[at])]
    return min(fitting, key=lambda at: segments[at].box.x0, default=None)


def _is_bullet(shape: Box, line: Segment) -> bool:
    em = max(line.size, 1.0)
    smaller, larger = sorted((shape.width, shape.height))
    if not SMALLEST * em <= smaller <= larger <= min(LARGEST * em, ROUND * smaller):
        return False
    top, bottom = (line.box.y0 + share * line.box.height for share in MIDDLE)
    gap = line.box.x0 - shape.x1
    if line.text.startswith(BULLET) or len(line.text) < SHORTEST:
        return False
    return top <= _middle(shape) <= bottom and NEAREST * em <= gap <= FARTHEST * em


def _with_bullet(line: Segment, shape: Box) -> Segment:
    return replace(
        line,
        text=f"{BULLET} {line.text}",
        box=replace(line.box, x0=round(shape.x0, 2)),
        words=((round(shape.x0, 1), round(shape.x1, 1)), *line.words) if line.words else (),
    )
