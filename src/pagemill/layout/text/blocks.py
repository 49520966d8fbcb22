"""Blocks: the rows of one column become paragraphs, headings, list items, code and formulas.

`chunks` says which rows belong together. Where few lines run on (addresses, verse, receipts) each
row keeps its line, parted by newlines in the block's text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pagemill.layout.document.styles import Styles
from pagemill.layout.lines import Line, mean_confidence
from pagemill.layout.text.captions import names_caption
from pagemill.layout.text.chunks import (
    SENTENCE_ENDS,
    Chunk,
    Column,
    chunks,
    column_of,
    groups,
    settled,
)
from pagemill.layout.text.code import code_rows, code_text
from pagemill.layout.text.formulas import is_formula
from pagemill.layout.text.items import UNKNOWN, with_levels
from pagemill.layout.text.links import links_of
from pagemill.layout.text.notes import NONE, Notes
from pagemill.model.joining import joined
from pagemill.model.page import Block, BlockKind, around

CAPTION, FORMULA = "Caption", "Formula"  # as a tagged PDF calls them
LONG_LINE, WHOLE_LINE = 40, 0.9  # letters, and of the column's width: a line of prose among others


@dataclass(frozen=True, slots=True)
class Made:
    """A block with the rows it was made of, none for one that came as it is. `is_prose` says that
    its rows run on; `column` is what the rows around it have in common.
    """

    block: Block
    rows: tuple[Line, ...] = ()
    is_prose: bool = False
    column: Column | None = None


def blocks(rows: Sequence[Line], styles: Styles, notes: Notes = NONE) -> list[Block]:
    """Blocks of one column, top to bottom. Fixed blocks come out as they are."""
    return [made.block for made in made_of(rows, styles, notes)]


def made_of(
    rows: Sequence[Line], styles: Styles, notes: Notes = NONE, *, counted: int = 0
) -> list[Made]:
    """The same with the rows of each block. `counted` is the number of the item that the column
    before ended with, if it did.
    """
    column = column_of(rows, counted)
    rows = settled(rows, column)
    found = list(_made(rows, column, styles, notes))
    pairs = [(made.block, made.rows) for made in found]
    levelled = with_levels(pairs, column.height, rtl=column.rtl)
    return [replace(made, block=block) for made, block in zip(found, levelled, strict=True)]


def _made(rows: Sequence[Line], column: Column, styles: Styles, notes: Notes) -> Iterator[Made]:
    for chunk in chunks(rows, column, code_rows(rows, column, notes)):
        if chunk.rows[0].fixed:
            yield Made(chunk.rows[0].fixed)
        elif chunk.is_code:
            text = code_text(chunk.rows, column.pitch)
            yield Made(of_rows(BlockKind.CODE, chunk.rows, text), chunk.rows, column=column)
        else:
            for group, is_item in groups(chunk, column):
                block = _block(group, chunk, styles, notes, is_item=is_item)
                yield Made(block, tuple(group), chunk.is_prose or is_item, column)


def _block(
    group: list[Line], chunk: Chunk, styles: Styles, notes: Notes, *, is_item: bool
) -> Block:
    is_verse = not chunk.is_prose and not is_item
    text = _verse(group, chunk, notes) if is_verse else _prose(group, notes)
    kind, level = BlockKind.PARAGRAPH, None
    region = group[0].region
    if region and region.kind is not BlockKind.HEADING:
        kind = region.kind
    elif (names_caption(text) or group[0].tag == CAPTION) and not region:
        kind, text = BlockKind.CAPTION, _prose(group, notes)
    elif is_item:
        kind, level = BlockKind.LIST_ITEM, UNKNOWN
    elif is_formula(group) or group[0].tag == FORMULA:
        kind = BlockKind.FORMULA
    return of_rows(kind, group, text, level)


def of_rows(kind: BlockKind, rows: Sequence[Line], text: str, level: int | None = None) -> Block:
    """A block that these rows make, with what they have in common."""
    main = max(rows, key=lambda row: len(row.text))
    return Block(
        kind,
        around([row.shown for row in rows]),
        text,
        mean_confidence(rows),
        level,
        font_size=main.font_size,
        is_bold=all(row.is_bold for row in rows),
        is_italic=all(row.is_italic for row in rows),
        is_mono=all(row.is_mono for row in rows),
        color=main.color,
        tag=rows[0].tag,
        links=links_of(rows, text),
    )


def _prose(rows: Sequence[Line], notes: Notes) -> str:
    return joined([row.text for row in rows], " ", notes.hyphenated)


def _verse(rows: Sequence[Line], chunk: Chunk, notes: Notes) -> str:
    """Each row on a line of its own, but for a long one that plainly goes on in the next."""
    left, right = min(row.box.x0 for row in chunk.rows), max(row.box.x1 for row in chunk.rows)
    lines = [[rows[0].text]]
    for before, row in pairwise(rows):
        is_whole = before.box.x1 - left > WHOLE_LINE * (right - left)
        goes_on = row.text[:1].islower() and before.text[-1:] not in SENTENCE_ENDS
        if is_whole and goes_on and len(before.text) > LONG_LINE and not before.is_tabular:
            lines[-1].append(row.text)
        else:
            lines.append([row.text])
    return joined([joined(line, " ", notes.hyphenated) for line in lines], "\n", notes.hyphenated)
