"""Blocks cut into pieces that a chunk has room for."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from pagemill.model.page import BlockKind
from pagemill.outputs.escape import clean_code, clean_lines
from pagemill.outputs.flow import Part, Place
from pagemill.outputs.grids import grid
from pagemill.outputs.tables import pipe_rows

MOST = 1500  # letters of a chunk
# Behind the signs that end a sentence, and what closes after them; CJK needs no space.
_ENDS = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+|(?<=[。！？])[”’」』）]*|\n")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of a chunk and where it stands."""

    text: str
    places: Sequence[Place]
    is_item: bool = False


def text_pieces(part: Part) -> Iterator[Piece]:
    """The text of a part, whole or cut between sentences; between words, or anywhere, only where
    a sentence has no room.
    """
    block = part.block
    for begin, end in _cut(block.text):
        text = clean_code if block.kind is BlockKind.CODE else _clean
        shown = text(block.text[begin:end])
        if shown:
            places = _places(part, begin, end - 1)
            yield Piece(shown, places, block.kind is BlockKind.LIST_ITEM)


def table_pieces(part: Part, caption: Part | None) -> Iterator[Piece]:
    """The rows of a table in Markdown, packed under its head; the caption stands before it once.
    A head without room stands once, like other rows; a row without room is cut like text.
    """
    said = _clean(caption.block.text) if caption else ""
    said_at = caption.places if caption and said else []
    top, rows = _top_and_rows(part)
    room = MOST - len(top) - 1
    held: list[_Row] = []
    for row in chain.from_iterable(_cut_row(row, room) for row in rows):
        if held and sum(len(other.text) + 1 for other in held) + len(row.text) > room - len(said):
            yield _table_piece(part, held, top, said, said_at)
            held, said, said_at = [], "", []
        held.append(row)
    yield _table_piece(part, held, top, said, said_at)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row in Markdown, or a stretch of one; `number` is its number in the table."""

    number: int
    text: str


def _top_and_rows(part: Part) -> tuple[str, list[_Row]]:
    """What is repeated over each piece, and the rows below it."""
    made = grid(part.block.cells)
    lines = pipe_rows(made, part.block.links)
    rows = [
        _Row(row[0].cell_row if row else 0, line)
        for row, line in zip(made.rows, lines, strict=True)
    ]
    heads = max(1, made.head_rows)
    rule = "|" + " --- |" * made.columns
    top = "\n".join([lines[0], rule, *lines[1:heads]])
    return (top, rows[heads:]) if len(top) <= MOST // 2 else ("", rows)


def _cut_row(row: _Row, room: int) -> Iterator[_Row]:
    if len(row.text) <= room:
        yield row
        return
    for begin, end in _cut(row.text, room):
        yield _Row(row.number, row.text[begin:end].strip())


def _table_piece(
    part: Part, rows: Sequence[_Row], top: str, said: str, said_at: Sequence[Place]
) -> Piece:
    table = "\n".join(text for text in (top, *(row.text for row in rows)) if text)
    places = _places(part, rows[0].number, rows[-1].number) if rows else part.places[:1]
    return Piece("\n\n".join(text for text in (said, table) if text), [*said_at, *places])


def _places(part: Part, first: int, last: int) -> Sequence[Place]:
    """Where the letters, or rows, from `first` to `last` stand."""
    starts = [place.start for place in part.places]
    begin = max(0, bisect_right(starts, first) - 1)
    return part.places[begin : max(begin + 1, bisect_right(starts, last))]


def _cut(text: str, most: int = MOST) -> Iterator[tuple[int, int]]:
    begin = 0
    while len(text) - begin > most:
        window = text[begin : begin + most]
        end = _last(_ENDS, window) or _last(_SPACE, window) or most
        yield begin, begin + end
        begin += end
    yield begin, len(text)


def _last(pattern: re.Pattern[str], window: str) -> int:
    """Where the last match ends, 0 if there is none."""
    return max((match.end() for match in pattern.finditer(window)), default=0)


def _clean(text: str) -> str:
    return "\n".join(clean_lines(text))
