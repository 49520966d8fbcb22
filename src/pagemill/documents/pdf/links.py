"""What a PDF page leads to, and which bookmarks lead to it (PDF 32000-1 §12.3, §12.5.6.5)."""

import ctypes
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

import pypdfium2.raw as raw

from pagemill.documents.pdf import pdfium
from pagemill.documents.pdf.space import Space
from pagemill.model.page import Box, Link, OutlineEntry

MAX_LINKS = 1_000
MAX_ANNOTATIONS = 5_000
MAX_QUADS = 50
MAX_URL = 2_000
MAX_BOOKMARKS = 10_000
MAX_LEVEL = 32
MAX_TITLE = 500
# PDFium looks for the page of each bookmark among all pages.
MAX_PAGES_LOOKED_AT = 20_000_000
_SCHEMES = ("http://", "https://", "mailto:")
_PLAIN = "%/:?#[]@!$&'()*+,;=~"
_TOP_OF_VIEW = {raw.PDFDEST_VIEW_FITH: 0, raw.PDFDEST_VIEW_FITBH: 0, raw.PDFDEST_VIEW_FITR: 3}

Place = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Bookmark:
    """`place` is x and y in the own space of the page it leads to, as far as it names them."""

    level: int
    title: str
    place: Place


def links_of(document: object, page: object, space: Space) -> tuple[Link, ...]:
    """Links to addresses of the web and of mail, a box for each line; none to other places of the
    document. Reads at most `MAX_ANNOTATIONS`.
    """
    found = (
        Link(box, url)
        for link in islice(_annotations(page), MAX_ANNOTATIONS)
        if (url := _url(document, link))
        for box in _boxes(link, space)
    )
    return tuple(islice(found, MAX_LINKS))


def bookmarks_of(document: object, pages: int) -> Mapping[int, tuple[Bookmark, ...]]:
    """The bookmarks by the page, from 1, they lead to, in the order of the outline. Reads at most
    `MAX_BOOKMARKS`, fewer in documents of very many pages.
    """
    found: dict[int, list[Bookmark]] = defaultdict(list)
    most = min(MAX_BOOKMARKS, MAX_PAGES_LOOKED_AT // max(1, pages))
    for level, bookmark in islice(_walk(document), most):
        target = _target(document, bookmark)
        title = _title(bookmark)
        page = raw.FPDFDest_GetDestPageIndex(document, target) + 1 if target else 0
        if title and 1 <= page <= pages:
            found[page].append(Bookmark(level, title, _place(target)))
    return {page: tuple(bookmarks) for page, bookmarks in found.items()}


def entries_of(bookmarks: tuple[Bookmark, ...], space: Space) -> tuple[OutlineEntry, ...]:
    return tuple(OutlineEntry(b.level, b.title, _seen_y(b.place, space)) for b in bookmarks)


def _annotations(page: object) -> Iterator[object]:
    position, link = ctypes.c_int(0), raw.FPDF_LINK()
    while raw.FPDFLink_Enumerate(page, position, link):
        yield link


def _url(document: object, link: object) -> str:
    action = raw.FPDFLink_GetAction(link)
    if not action or raw.FPDFAction_GetType(action) != raw.PDFACTION_URI:
        return ""
    buffer = ctypes.create_string_buffer(MAX_URL)
    length = raw.FPDFAction_GetURIPath(document, action, buffer, MAX_URL)
    if not 1 < length <= MAX_URL:
        return ""
    url = quote(buffer.value.strip(), safe=_PLAIN)
    return url if url.lower().startswith(_SCHEMES) else ""


def _boxes(link: object, space: Space) -> Iterator[Box]:
    """One for each line that the link names, else its one rectangle."""
    quads = min(raw.FPDFLink_CountQuadPoints(link), MAX_QUADS)
    sides = [edges for n in range(quads) if (edges := _quad(link, n))]
    rect = raw.FS_RECTF()
    if not sides and raw.FPDFLink_GetAnnotRect(link, rect):
        sides = [(rect.left, min(rect.bottom, rect.top), rect.right, max(rect.bottom, rect.top))]
    for edges in sides:
        box = space.seen_box(*edges)
        if box.area > 0:
            yield box


def _quad(link: object, index: int) -> tuple[float, float, float, float] | None:
    quad = raw.FS_QUADPOINTSF()
    if not raw.FPDFLink_GetQuadPoints(link, index, quad):
        return None
    xs, ys = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
    edges = min(xs), min(ys), max(xs), max(ys)
    return edges if all(map(math.isfinite, edges)) and edges[0] < edges[2] else None


def _walk(document: object) -> Iterator[tuple[int, object]]:
    """Level and handle of each bookmark, none twice: damaged outlines run in circles."""
    known: set[int] = set()
    waiting = [raw.FPDFBookmark_GetFirstChild(document, None)]
    while waiting:
        bookmark = waiting.pop()
        at = pdfium.address(bookmark)
        if not at or at in known:
            continue
        known.add(at)
        yield len(waiting) + 1, bookmark
        waiting.append(raw.FPDFBookmark_GetNextSibling(document, bookmark))
        if len(waiting) < MAX_LEVEL:
            waiting.append(raw.FPDFBookmark_GetFirstChild(document, bookmark))


def _title(bookmark: object) -> str:
    buffer = ctypes.create_string_buffer(4 * MAX_TITLE)
    length = raw.FPDFBookmark_GetTitle(bookmark, buffer, len(buffer))
    if not 2 < length <= len(buffer):
        return ""
    title = buffer.raw[: length - 2].decode("utf-16-le", "replace")
    return " ".join(title.replace("\0", " ").split())[:MAX_TITLE]


def _target(document: object, bookmark: object) -> object:
    target = raw.FPDFBookmark_GetDest(document, bookmark)
    if target:
        return target
    action = raw.FPDFBookmark_GetAction(bookmark)
    if action and raw.FPDFAction_GetType(action) == raw.PDFACTION_GOTO:
        return raw.FPDFAction_GetDest(document, action)
    return None


def _place(target: object) -> Place:
    count, values = ctypes.c_ulong(), (ctypes.c_float * 4)()
    view = raw.FPDFDest_GetView(target, count, values)
    if view == raw.PDFDEST_VIEW_XYZ:
        has_x, has_y, has_zoom = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
        x, y, zoom = ctypes.c_float(), ctypes.c_float(), ctypes.c_float()
        raw.FPDFDest_GetLocationInPage(target, has_x, has_y, has_zoom, x, y, zoom)
        return x.value if has_x.value else None, y.value if has_y.value else None
    at = _TOP_OF_VIEW.get(view)
    return (None, values[at]) if at is not None and at < count.value else (None, None)


def _seen_y(place: Place, space: Space) -> float | None:
    """From the page's top as seen, within the page; None where that is not said."""
    x, y = place
    along = x if space.turns % 2 else y
    if along is None or not math.isfinite(along):
        return None
    _, seen = space.seen_point(along, along)
    return round(min(max(seen, 0.0), space.height), 2)
