"""Invisible text of an earlier OCR, taken out of a page that gets a better one.

Only where nothing else can change: all text of the page's own content is invisible, and so are the
forms that hold nothing but text. Elsewhere it stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pikepdf
from pikepdf import Dictionary, Name, Object, Page, Pdf, Stream

from pagemill.outputs.pdf_pages import packed

MAX_BYTES = 4_000_000  # of content, which is rewritten as a whole
_SHOWS = ("Tj", "TJ", "'", '"')
_PAINTS = (
    *("f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "Do", "BI", "ID", "EI"),
    "INLINE IMAGE",
)
_INVISIBLE = 3
_BROKEN = (pikepdf.PikepdfError, TypeError, ValueError, LookupError, RuntimeError)

_Instruction = pikepdf.ContentStreamInstruction | pikepdf.ContentStreamInlineImage


@dataclass(frozen=True, slots=True)
class _Text:
    """What a content stream shows: strings that nobody sees and that somebody may, and graphics."""

    unseen: int
    seen: int
    paints: int


def drop_unseen_text(pdf: Pdf, page: Page) -> None:
    """Leaves a page alone that cannot be made out."""
    try:
        if _size(page) > MAX_BYTES:
            return
        own, forms = _text_in(page, _SHOWS), _unseen_forms(page)
        if own.seen or not (own.unseen or forms):
            return
        kept = [
            instruction
            for instruction in pikepdf.parse_content_stream(page)
            if not _is_dropped(instruction, forms)
        ]
        page.obj.Contents = packed(pdf, pikepdf.unparse_content_stream(kept))
    except _BROKEN:
        return


def _is_dropped(instruction: _Instruction, forms: Iterable[str]) -> bool:
    operator = str(instruction.operator)
    if operator == "Do":
        return str(instruction.operands[0]) in forms
    return operator in _SHOWS


def _unseen_forms(page: Page) -> frozenset[str]:
    """Names of forms that hold invisible text and nothing to look at."""
    objects = page.obj.get(Name.Resources, Dictionary()).get(Name.XObject, Dictionary())
    found = set()
    for name, form in objects.items():
        if form.get(Name.Subtype) == Name.Form and len(form.read_bytes()) <= MAX_BYTES:
            text = _text_in(form, (*_SHOWS, *_PAINTS))
            if text.unseen and not (text.seen or text.paints):
                found.add(name)
    return frozenset(found)


def _text_in(content: Page | Object, operators: Sequence[str]) -> _Text:
    """A form may inherit the mode in which its text is shown; then it counts as seen."""
    unseen = seen = paints = mode = 0
    saved: list[int] = []
    wanted = ("q", "Q", "Tr", *operators)
    for instruction in pikepdf.parse_content_stream(content, " ".join(wanted)):
        match str(instruction.operator):
            case "q":
                saved.append(mode)
            case "Q":
                mode = saved.pop() if saved else 0
            case "Tr":
                mode = int(instruction.operands[0])
            case operator if operator in _SHOWS:
                unseen += mode == _INVISIBLE
                seen += mode != _INVISIBLE
            case _:
                paints += 1
    return _Text(unseen, seen, paints)


def _size(page: Page) -> int:
    contents = page.obj.get(Name.Contents)
    parts = [contents] if isinstance(contents, Stream) else list(contents or [])
    return sum(len(part.read_bytes()) for part in parts)
