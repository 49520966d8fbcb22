"""What a tagged PDF says its texts are (PDF 32000-1 §14.7, §14.8.4)."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice

import pypdfium2.raw as raw

from pagemill.documents.pdf import pdfium

ARTIFACT = "Artifact"
MAX_STEPS = 50_000
MAX_DEPTH = 64
MAX_MARKS = 8
# What a text may be; the types around and inside of these only group and style.
_HEADINGS = frozenset(("H", "H1", "H2", "H3", "H4", "H5", "H6", "Title"))
_HOLDERS = frozenset(
    ("LI", "Lbl", "TD", "TH", "Caption", "Code", "Note", "TOCI", "BlockQuote", "Formula", "Figure")
)
_NAMED_HEADING = re.compile(r"heading[ _-]?([1-6])", re.IGNORECASE)
_TAGS = _HEADINGS | _HOLDERS | {"P"}

Tags = Mapping[int, str]


def tags_of(page: object) -> Tags | None:
    """The type of each piece of marked content on the page, by its number; None where the document
    is not tagged. Visits at most `MAX_STEPS` elements.
    """
    tree = raw.FPDF_StructTree_GetForPage(page)
    if not tree:
        return None
    try:
        return _tags(pdfium.address(tree))
    finally:
        raw.FPDF_StructTree_Close(tree)


def tag_of(text_object: int, tags: Tags | None) -> str:
    """What its number in the structure makes of a text; `Artifact` where it is marked as one, as
    running headers are, in documents without tags too.
    """
    number = pdfium.marked_content(text_object) if tags else -1
    if tags and number in tags:
        return tags[number]
    return ARTIFACT if is_artifact(text_object) else ""


def is_artifact(pdf_object: int) -> bool:
    return any(
        pdfium.mark_name(pdfium.get_mark(pdf_object, index)) == ARTIFACT
        for index in range(min(pdfium.count_marks(pdf_object), MAX_MARKS))
    )


def _tags(tree: int) -> Tags:
    found: dict[int, str] = {}
    for number, tag in islice(_contents(tree), MAX_STEPS):
        if number >= 0 and tag:
            found.setdefault(number, tag)
    return found


def _contents(tree: int) -> Iterator[tuple[int, str]]:
    """Number and type of each piece of content; -1 for each element passed on the way."""
    for index in range(pdfium.count_roots(tree)):
        yield -1, ""
        yield from _inner_contents(pdfium.get_root(tree, index), "", 0)


def _inner_contents(element: int | None, outer: str, depth: int) -> Iterator[tuple[int, str]]:
    if not element or depth > MAX_DEPTH:
        return
    tag = _inside(outer, _type_of(element))
    for index in range(pdfium.count_children(element)):
        number = pdfium.child_content(element, index)
        yield number, tag
        if number < 0:
            yield from _inner_contents(pdfium.get_child(element, index), tag, depth + 1)


def _type_of(element: int) -> str:
    """Word and others name headings in their own way and forget to say what the name means."""
    name = pdfium.element_type(element)
    found = _NAMED_HEADING.fullmatch(name)
    return f"H{found.group(1)}" if found else name


def _inside(outer: str, inner: str) -> str:
    """What an element inside of another is: a paragraph in a cell is the cell's text, a cell of a
    table in a list is a cell.
    """
    if inner not in _TAGS or (inner == "P" and outer):
        return outer
    if outer in {"TD", "TH"} and inner not in {"TD", "TH"}:
        return outer
    return inner
