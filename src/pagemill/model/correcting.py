"""Correcting by hand what an engine read: a block's text as a person sees it, and put right. Pure.

A block of a page text is what an engine gave, mostly a line. A table that an engine gave as one
block reads as its rows, parted by newlines, with tabs between the cells.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import groupby

from pagemill.errors import PagemillError
from pagemill.model.page import Block, BlockKind, Cell, LinkedText, PageText

SURE = 1.0  # nobody knows better than whoever looked
Edges = tuple[float, float]
_UNWANTED = {code: None for code in range(32) if chr(code) not in "\t\n"} | {0x7F: None}


def text_of(block: Block) -> str:
    """What a person sees of a block, and may change."""
    return "\n".join(map("\t".join, _grid(block))) if block.cells else block.text


def corrected(page: PageText, place: int, text: str) -> PageText:
    """The page with another text in its block at `place`, from 0: as sure as can be, and known as
    corrected. A line stays one line; a table keeps its rows and columns.

    Raises `block_not_found`, `invalid_request` for a table of another form.
    """
    block = block_at(page, place)
    clean = cleaned(block, text)
    changed = _with_cells(block, clean) if block.cells else _with_text(block, clean)
    blocks = (*page.blocks[:place], changed, *page.blocks[place + 1 :])
    return replace(page, blocks=blocks, corrected=tuple(sorted({*page.corrected, place})))


def block_at(page: PageText, place: int) -> Block:
    """Raises `block_not_found`."""
    if not 0 <= place < len(page.blocks):
        raise PagemillError(
            "block_not_found", f"Page {page.number} has {len(page.blocks)} blocks, and no {place}"
        )
    return page.blocks[place]


def cleaned(block: Block, text: str) -> str:
    """As it is kept: no control characters, and in a line no line breaks."""
    text = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    if block.kind is BlockKind.LINE:
        return " ".join(text.split()).translate(_UNWANTED)
    lines = text.translate(_UNWANTED).strip("\n").split("\n")
    return "\n".join(line.rstrip(" ") for line in lines)


# ---------------------------------------------------------------- text


def _with_text(block: Block, text: str) -> Block:
    return replace(
        block,
        text=text,
        confidence=_sure(block),
        words=_places(block, text.split()),
        links=tuple(_links(block.links, text)),
    )


def _sure(block: Block) -> float | None:
    return None if block.confidence is None else SURE


def _links(links: Sequence[LinkedText], text: str) -> Iterator[LinkedText]:
    """Those whose words still stand there, in their order."""
    at = 0
    for link in links:
        found = re.compile(rf"(?<!\w){re.escape(link.text)}(?!\w)").search(text, at)
        if found:
            at = found.end()
            yield link


def _places(block: Block, words: Sequence[str]) -> tuple[Edges, ...]:
    """Where each word stands: words that stay keep their places, others share out what is left
    between them by their letters.
    """
    before, known = block.text.split(), block.words
    if not known or len(before) != len(known):
        return ()
    if len(before) == len(words):
        return known
    is_leftward = known[0] > known[-1]
    placed: list[Edges] = []
    matcher = SequenceMatcher(a=before, b=words, autojunk=False)
    for tag, start, end, new, new_end in matcher.get_opcodes():
        if tag == "equal":
            placed += known[start:end]
        else:
            room = known[start:end] or (_gap(known, start, is_leftward=is_leftward),)
            placed += _shared_out(room, words[new:new_end], is_leftward=is_leftward)
    return tuple(placed)


def _gap(known: Sequence[Edges], at: int, *, is_leftward: bool) -> Edges:
    """Between the words around a place; nothing before the first one and behind the last."""
    end, begin = (0, 1) if is_leftward else (1, 0)
    if at == 0 or at == len(known):
        x = known[-1][end] if at else known[0][begin]
        return x, x
    x0, x1 = sorted((known[at - 1][end], known[at][begin]))
    return x0, x1


def _shared_out(
    room: Sequence[Edges], words: Sequence[str], *, is_leftward: bool
) -> Iterator[Edges]:
    x0, x1 = min(left for left, _ in room), max(right for _, right in room)
    letters = sum(map(len, words)) + len(words) - 1
    done = 0
    for word in words:
        start, end = done / letters, (done + len(word)) / letters
        if is_leftward:
            start, end = 1 - end, 1 - start
        yield x0 + start * (x1 - x0), x0 + end * (x1 - x0)
        done += len(word) + 1


# ---------------------------------------------------------------- cells


def _with_cells(block: Block, text: str) -> Block:
    before, after = _grid(block), [line.split("\t") for line in text.split("\n")]
    if [len(row) for row in before] != [len(row) for row in after]:
        raise PagemillError(
            "invalid_request",
            f"The table has {len(before)} rows, and the text another form",
            "Keep its rows (lines) and cells (parted by tabs); empty cells stay empty.",
        )
    cells: list[Cell] = []
    for row, old, new in zip(_rows(block), before, after, strict=True):
        for cell, was, text in zip(row, old, new, strict=True):
            cells.append(cell if text.strip() == was else replace(cell, text=text.strip()))
    return replace(block, cells=tuple(cells), confidence=_sure(block))


def _rows(block: Block) -> list[list[Cell]]:
    ordered = sorted(block.cells, key=lambda cell: (cell.row, cell.column))
    return [list(row) for _, row in groupby(ordered, key=lambda cell: cell.row)]


def _grid(block: Block) -> list[list[str]]:
    return [[" ".join(cell.text.split()) for cell in row] for row in _rows(block)]
