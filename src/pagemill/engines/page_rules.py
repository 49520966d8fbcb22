"""Rules and lone dashes of a page that was read as a picture, in its tables, in points.

Only tables are looked at: those that regions name, and the page as a whole where most rows of it
have cells side by side. Imports OpenCV: for child processes only.
"""

from collections.abc import Iterator, Sequence
from statistics import median

import cv2
import numpy as np

from pagemill.engines.picture_rules import Bounds, strokes_in
from pagemill.model.page import BlockKind, Box, PageText
from pagemill.model.upright import Upright
from pagemill.ports import Picture, Strokes

SCALE = 110 / 72  # pixels per point, enough for hairlines
FINER = 1.3  # times that: a picture finer is shrunk to it
MARGIN = 2.0  # line heights around a table in which its outer rules stand
MOST_TABLES = 20
FEWEST_LINES = 6
CORE = 0.2  # of a line's height above and below its middle part
OFF_MIDDLE = 0.25  # of a line's height: where the dash of a cell in its row may stand
IN_ROW = 2  # cells in the row of a dash
MOST_DASHES = 1_000
ENDS = 0.4  # of a line's height: at its ends, where engines pad its box, an upright rule may stand
IN_TEXT = 0.4  # of a rule's length may run through lines
IN_ROWS, MOSTLY_IN_ROWS = 0.5, 0.7  # of the lines stand beside others: it may be a table, is one


Frame = tuple[float, float, float]  # left, top in points; pixels per point


def strokes_on(picture: Picture, text: PageText) -> Strokes:
    """In points of the page as it lies."""
    upright = Upright(text.width, text.height, text.rotation, text.skew)
    lines = [upright.level(block.box) for block in text.blocks if block.text]
    if not lines:
        return Strokes()
    height = median(line.height for line in lines)
    corners = np.array([(line.x0, line.y0, line.x1, line.y1) for line in lines])
    rules: list[Box] = []
    dashes: list[Box] = []
    for area in _areas(text, upright, lines, height):
        grey, frame = _level_view(picture, upright, area)
        found = strokes_in(grey, height * frame[2])
        rules += [rule for rule in _boxes(found[0], frame) if not _is_text(rule, corners)]
        dashes += [dash for dash in _boxes(found[1], frame) if _is_cell(dash, corners)]
    if _share_in_rows(lines) < MOSTLY_IN_ROWS and not _tables(text):
        dashes = []  # pieces of a chart's lines, more likely
    return Strokes(
        tuple(map(upright.as_it_lies, rules)),
        tuple(map(upright.as_it_lies, dashes[:MOST_DASHES])),
    )


def _boxes(found: Sequence[Bounds], frame: Frame) -> Iterator[Box]:
    left, top, scale = frame
    for x0, y0, x1, y1 in found:
        yield Box(left + x0 / scale, top + y0 / scale, left + x1 / scale, top + y1 / scale)


def _is_cell(dash: Box, lines: np.ndarray) -> bool:
    """Whether it stands outside all lines that were read, in a row with several of them and in a
    column with one.
    """
    x0, y0, x1, y1 = lines.T
    x, y = (dash.x0 + dash.x1) / 2, (dash.y0 + dash.y1) / 2
    in_row, in_column = (y0 < y) & (y < y1), (x0 < x) & (x < x1)
    if (in_row & in_column).any():
        return False
    middle = np.abs((y0 + y1) / 2 - y) < OFF_MIDDLE * (y1 - y0)
    return int(middle.sum()) >= IN_ROW and bool(in_column.any())


def _is_text(rule: Box, lines: np.ndarray) -> bool:
    """Whether it runs through the inside of lines that were read, `lines` (n x 4): the strokes of
    letters beside or above each other look like a rule.
    """
    x0, y0, x1, y1 = lines.T
    if rule.width >= rule.height:
        at, first, last, edge = (rule.y0 + rule.y1) / 2, y0, y1, CORE * (y1 - y0)
        inside = np.minimum(x1, rule.x1) - np.maximum(x0, rule.x0)
    else:
        at, first, last, edge = (rule.x0 + rule.x1) / 2, x0, x1, ENDS * (y1 - y0)
        inside = np.minimum(y1, rule.y1) - np.maximum(y0, rule.y0)
    through = (first + edge < at) & (at < last - edge)
    length = max(rule.width, rule.height)
    return float(inside[through].clip(0).sum()) > IN_TEXT * length


def _areas(text: PageText, upright: Upright, lines: Sequence[Box], height: float) -> Iterator[Box]:
    """Parts of the upright page that are or may be tables."""
    width, tall = upright.size
    tables = [upright.level(box) for box in _tables(text)]
    if not tables and _share_in_rows(lines) >= IN_ROWS:
        tables = [Box(0, 0, width, tall)]
    more = MARGIN * height
    for box in tables[:MOST_TABLES]:
        x0, y0 = max(0.0, box.x0 - more), max(0.0, box.y0 - more)
        x1, y1 = min(width, box.x1 + more), min(tall, box.y1 + more)
        if x1 - x0 > height and y1 - y0 > height:
            yield Box(x0, y0, x1, y1)


def _tables(text: PageText) -> list[Box]:
    return [region.box for region in text.regions if region.kind is BlockKind.TABLE]


def _share_in_rows(lines: Sequence[Box]) -> float:
    """Of the lines, those that have one beside them at the same height; 0 where there are few."""
    if len(lines) < FEWEST_LINES:
        return 0.0
    ordered = sorted(lines, key=lambda line: line.y0 + line.y1)
    beside = 0
    for before, line, after in zip([None, *ordered], ordered, [*ordered[1:], None], strict=False):
        beside += any(other is not None and _level(line, other) for other in (before, after))
    return beside / len(lines)


def _level(a: Box, b: Box) -> bool:
    return abs(a.y0 + a.y1 - b.y0 - b.y1) / 2 < 0.3 * min(a.height, b.height)


def _level_view(picture: Picture, upright: Upright, area: Box) -> tuple[np.ndarray, Frame]:
    """The area as a level grey picture, and how that lies on the upright page."""
    scale = picture.scale if picture.scale <= FINER * SCALE else SCALE
    grey, left, top = _grey_part(picture, upright.as_it_lies(area), scale)
    if not upright.rotation and not upright.skew:
        return grey, (left, top, scale)
    (a, b, c), (d, e, f) = upright.matrix()
    matrix = np.array(
        [
            [a, b, scale * (a * left + b * top + c - area.x0)],
            [d, e, scale * (d * left + e * top + f - area.y0)],
        ]
    )
    size = (max(1, round(area.width * scale)), max(1, round(area.height * scale)))
    edge = cv2.BORDER_REPLICATE
    view = cv2.warpAffine(grey, matrix, size, flags=cv2.INTER_LINEAR, borderMode=edge)
    return np.asarray(view), (area.x0, area.y0, scale)


def _grey_part(picture: Picture, box: Box, scale: float) -> tuple[np.ndarray, float, float]:
    """What the picture shows in a box of the page, at `scale` pixels per point, and the point at
    its corner.
    """
    height, width = picture.pixels.shape[:2]
    x0, y0 = max(0, int(box.x0 * picture.scale)), max(0, int(box.y0 * picture.scale))
    x1 = min(width, max(x0 + 1, round(box.x1 * picture.scale)))
    y1 = min(height, max(y0 + 1, round(box.y1 * picture.scale)))
    grey = np.asarray(cv2.cvtColor(picture.pixels[y0:y1, x0:x1], cv2.COLOR_RGB2GRAY))
    ratio = scale / picture.scale
    if ratio < 1:
        size = (max(1, round((x1 - x0) * ratio)), max(1, round((y1 - y0) * ratio)))
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA))
    return grey, x0 / picture.scale, y0 / picture.scale
