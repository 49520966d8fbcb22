"""Blocks as pieces of GitHub-flavoured Markdown."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pagemill.model.markers import Marker, split_marker
from pagemill.model.page import Block, BlockKind, LinkedText
from pagemill.outputs.escape import clean_code, clean_lines, in_comment, inert, inert_heading
from pagemill.outputs.tables import table_markdown
from pagemill.ports import Gap

HARD_BREAK = "  \n"
LIST_END = "<!-- -->"  # keeps two lists apart, as CommonMark suggests


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of Markdown between blank lines."""

    text: str
    is_list: bool = False


def pieces(block: Block, picture: str = "") -> Iterator[Piece]:
    """One for a block, none for one without words; `picture` is the path of its crop, if any."""
    if block.kind is BlockKind.LIST_ITEM:
        yield from list_pieces([block])
    elif text := _markdown(block, picture):
        yield Piece(text)


def list_pieces(items: Sequence[Block]) -> Iterator[Piece]:
    """List items that follow each other are one piece, with what belongs to them."""
    if text := _list(items):
        yield Piece(text, is_list=True)


def joined(parts: Iterator[Piece]) -> Iterator[str]:
    """The pieces with blank lines between, ending in a newline; nothing at all for no pieces."""
    before: Piece | None = None
    for piece in parts:
        if before is not None:
            yield "\n\n"
        if before is not None and before.is_list and piece.is_list:
            yield LIST_END + "\n\n"
        yield piece.text
        before = piece
    if before is not None:
        yield "\n"


def gap_pieces(gap: Gap) -> Iterator[Piece]:
    """Marks the place of a page that was given up, for programs and for people."""
    code, message = in_comment(gap.failure.code), in_comment(gap.failure.message)
    yield Piece(f"<!-- page {gap.number} could not be read: {code}: {message} -->")
    reason = " ".join(inert(gap.failure.message)).rstrip(".") or code
    yield Piece(f"> **Page {gap.number} could not be read** ({reason}).")


# ---------------------------------------------------------------- one block


def _markdown(block: Block, picture: str) -> str:
    match block.kind:
        case BlockKind.HEADING:
            text = inert_heading(block.text, block.links)
            return f"{'#' * max(1, min(6, block.level or 1))} {text}" if text else ""
        case BlockKind.TABLE if block.cells:
            return table_markdown(block.cells, block.links)
        case BlockKind.TABLE | BlockKind.FIGURE:
            return _picture(block, picture)
        case BlockKind.CODE:
            return _fenced(block.text)
        case _:
            return HARD_BREAK.join(inert(block.text, block.links))


def _picture(block: Block, path: str) -> str:
    text = HARD_BREAK.join(inert(block.text, block.links))
    shown = f"![{block.kind}]({path})" if path else ""
    return "\n\n".join(part for part in (shown, text) if part)


def _fenced(text: str) -> str:
    """Longer fences than any run of backticks inside; text without any ink is no code."""
    if not clean_lines(text):
        return ""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}\n{clean_code(text)}\n{fence}"


# ---------------------------------------------------------------- lists


@dataclass(slots=True)
class _OpenList:
    """A list that items may still join. `indent` is where its markers stand, `content` where the
    text of its last item does, `number` that item's number (None in a bullet list).
    """

    level: int
    indent: int
    content: int
    sign: str = ""
    number: int | None = None


def _list(items: Sequence[Block]) -> str:
    """Nested items; a number that does not follow the one before is kept as text, because a
    viewer would count on by itself.
    """
    lines: list[str] = []
    stack: list[_OpenList] = []
    for item in items:
        texts = clean_lines(item.text)
        if texts and stack and item.kind is not BlockKind.LIST_ITEM:
            lines += ["", *_inside(stack, item)]
        elif texts:
            place, is_new = _place(stack, item.level or 1)
            lines += _item(place, " ".join(texts), item.links, is_new=is_new and bool(lines))
    return "\n".join(lines)


def _inside(stack: Sequence[_OpenList], block: Block) -> Iterator[str]:
    """The lines of what belongs to the last item of its level."""
    level = block.level or 1
    indent = next((one.content for one in reversed(stack) if one.level <= level), stack[0].content)
    for line in _markdown(block, "").split("\n"):
        yield f"{' ' * indent}{line}" if line else ""


def _place(stack: list[_OpenList], level: int) -> tuple[_OpenList, bool]:
    """The list that an item of `level` joins, and whether it is a new one. A viewer knows lists by
    their indent: one between two levels joins the deeper list, which is closed by it.
    """
    closed = None
    while stack and stack[-1].level > level:
        closed = stack.pop()
    if stack and stack[-1].level == level:
        return stack[-1], False
    if closed:
        closed.level = level
        stack.append(closed)
        return closed, False
    indent = stack[-1].content if stack else 0
    stack.append(_OpenList(level, indent, indent))
    return stack[-1], True


def _item(place: _OpenList, text: str, links: Sequence[LinkedText], *, is_new: bool) -> list[str]:
    marker = split_marker(text, is_item=True)
    sign, number, rest = _printed(place, marker, text)
    starts = sign != place.sign
    # Only a list that starts at 1 may follow a line of text without a blank one.
    blank = [""] if number is not None and starts and (is_new or place.sign) else []
    place.sign, place.number = sign, number
    printed = f"{number}{sign}" if number is not None else sign
    place.content = place.indent + len(printed) + 1
    body = _box(marker) + " ".join(inert(rest, links))
    return [*blank, f"{' ' * place.indent}{printed} {body}"]


def _box(marker: Marker | None) -> str:
    """A box to be ticked, as GitHub writes it."""
    if marker is None or marker.is_checked is None:
        return ""
    return "[x] " if marker.is_checked else "[ ] "


def _printed(place: _OpenList, marker: Marker | None, text: str) -> tuple[str, int | None, str]:
    """Sign, number and text of an item: `(".", 3, "text")` or `("-", None, "text")`."""
    if marker is None:
        return "-", None, text
    if marker.number is not None:
        sign = marker.text[-1]
        if sign != place.sign or place.number is None or marker.number == place.number + 1:
            return sign, marker.number, marker.rest
        return "-", None, text
    return "-", None, marker.rest if marker.is_bullet else text
