"""Captions and what they belong to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pagemill.model.page import BlockKind
from pagemill.outputs.flow import Item, Part

_SHOWN = frozenset({BlockKind.FIGURE, BlockKind.TABLE})
MOST_IN_A_ROW = 400


@dataclass(frozen=True, slots=True)
class Captioned:
    """A figure or table with its caption, which is printed above it if `is_above`."""

    part: Part
    caption: Part
    is_above: bool


def with_captions(items: Iterable[Item]) -> Iterator[Item | Captioned]:
    """The items with each caption beside a figure or table joined to it: of two, to the nearer one
    on its page that has none yet. Other captions stay by themselves.
    """
    row: list[Part] = []
    for item in items:
        if isinstance(item, Part) and (item.block.kind in _SHOWN or _is_caption(item)):
            row.append(item)
            if len(row) < MOST_IN_A_ROW:
                continue
            yield from _paired(row)
            row = []
            continue
        yield from _paired(row)
        row = []
        yield item
    yield from _paired(row)


def _paired(row: list[Part]) -> Iterator[Part | Captioned]:
    """Figures, tables and captions that follow each other."""
    caption_of: dict[int, int] = {}
    for index, part in enumerate(row):
        if _is_caption(part):
            near = [
                n for n in (index - 1, index + 1) if n not in caption_of and _fits(row, n, part)
            ]
            if near:
                caption_of[min(near, key=lambda n: _distance(row[n], part))] = index
    taken = set(caption_of.values())
    for index, part in enumerate(row):
        if index in caption_of:
            caption = caption_of[index]
            yield Captioned(part, row[caption], is_above=caption < index)
        elif index not in taken:
            yield part


def _is_caption(part: Part) -> bool:
    return part.block.kind is BlockKind.CAPTION


def _fits(row: list[Part], index: int, caption: Part) -> bool:
    if not 0 <= index < len(row) or _is_caption(row[index]):
        return False
    return any(place.page == caption.places[0].page for place in row[index].places)


def _distance(part: Part, caption: Part) -> float:
    """Points between the two, up or down."""
    place = caption.places[0]
    boxes = [other.box for other in part.places if other.page == place.page]
    return min(max(box.y0 - place.box.y1, place.box.y0 - box.y1, 0.0) for box in boxes)
