"""Lines in the order in which a laid-out page says their words."""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence

from pagemill.model.joining import HYPHENS
from pagemill.model.page import Block, Box

MAX_PAIRS = 2_000_000  # lines times blocks; a page with more keeps the engine's order
_KEY, _TELLING = 3, 4  # letters by which lines are looked up; by which one is known out of order
_MOST_ALIKE = 50  # lines looked at for one place in a text


def in_order(lines: Sequence[Block], blocks: Sequence[Block]) -> list[Block]:
    """Blocks as laid out; lines of one block, or of one cell, together, as its text has them."""
    units = [unit for block in blocks for unit in _units(block)]
    if len(lines) * len(units) > MAX_PAIRS:
        return list(lines)
    texts = [letters_of(text) for _, text in units]
    boxes = [box for box, _ in units]
    by_home: dict[int, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        by_home[_home(line.box, boxes, texts, letters_of(line.text))].append(index)
    ordered: list[Block] = []
    for home in sorted(by_home):
        found = [lines[index] for index in by_home[home]]
        ordered += _as_said(found, texts[home]) if home < len(texts) else found
    return ordered


def letters_of(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


def _units(block: Block) -> list[tuple[Box, str]]:
    """A block's box and text; those of its cells where all have places."""
    if block.cells and all(cell.box is not None for cell in block.cells):
        cells = sorted(block.cells, key=lambda cell: (cell.row, cell.column))
        return [(cell.box, cell.text) for cell in cells if cell.box is not None]
    return [(block.box, block.text + "".join(cell.text for cell in block.cells))]


def _home(box: Box, boxes: Sequence[Box], texts: Sequence[str], letters: str) -> int:
    """The unit around the middle of a line: of several, the first that holds its text."""
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    around = [index for index, other in enumerate(boxes) if _holds(other, x, y)]
    if len(around) > 1:
        telling = _without_hyphen(letters)
        return next((index for index in around if telling in texts[index]), around[0])
    return around[0] if around else len(boxes)


def _as_said(lines: Sequence[Block], text: str) -> list[Block]:
    """Walks through `text`, taking at each place the longest line that stands there; lines that
    say the same come from top to bottom. A line that is not found stays behind the one before it.
    """
    if len(lines) < 2:
        return list(lines)
    keys = [_without_hyphen(letters_of(line.text)) for line in lines]
    waiting: dict[str, list[int]] = defaultdict(list)
    for index in sorted(range(len(lines)), key=lambda n: (-len(keys[n]), _top(lines[n]))):
        if keys[index]:
            waiting[keys[index][:_KEY]].append(index)
    places = _places(text, keys, waiting)
    before, at = [], -1
    for index in range(len(lines)):
        at = places.get(index, at)
        before.append(at)
    return [lines[index] for index in sorted(range(len(lines)), key=lambda n: before[n])]


def _places(text: str, keys: Sequence[str], waiting: dict[str, list[int]]) -> dict[int, int]:
    """Where each line begins in `text`. Where the text says something else, a line must be long
    enough to be known again.
    """
    found: dict[int, int] = {}
    at, is_lost = 0, False
    while at < len(text) and len(found) < len(keys):
        index = _standing_at(text, at, keys, waiting, least=_TELLING if is_lost else 1)
        if index is None:
            at, is_lost = at + 1, text[at] not in HYPHENS
            continue
        found[index] = at
        at, is_lost = at + len(keys[index]), False
    return found


def _standing_at(
    text: str, at: int, keys: Sequence[str], waiting: dict[str, list[int]], least: int
) -> int | None:
    for length in range(_KEY, 0, -1):
        alike = waiting.get(text[at : at + length], ())
        for place, index in enumerate(alike[:_MOST_ALIKE]):
            if len(keys[index]) >= least and text.startswith(keys[index], at):
                del waiting[text[at : at + length]][place]
                return index
    return None


def _without_hyphen(letters: str) -> str:
    return letters.rstrip(HYPHENS) or letters


def _top(line: Block) -> tuple[float, float]:
    return line.box.y0, line.box.x0


def _holds(box: Box, x: float, y: float) -> bool:
    return box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1
