"""The rows nearest to the top and the bottom of a page, where running headers, footers and page
numbers stand.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import nsmallest
from typing import Generic, Protocol, TypeVar

from pagemill.model.page import Box

ZONE = 0.2  # of the page's height: no header or footer reaches farther in
BEYOND = 0.4
STEP, STEP_READ, FAR = 6.0, 14.0, 1e6  # points: heights that differ by less may be one
MAX_PIECES, MAX_ROWS = 48, 10
TOP, BOTTOM = "top", "bottom"
LONGEST = 150  # letters of a piece of a running header
_LABEL = re.compile(
    r"""
      [][|(){}.·•~*\s–—-]{0,3}
      (?: (?:page|pg\.?|p\.|seite|s\.|página|pagina|pág\.|стр\.|blz\.|strona|sivu|side|sida) \s? )?
      [:–—-]? \s? (?P<value> \d{1,5} | [ivxlc]{1,7} | [IVXLC]{1,7} )
      (?P<of> \s? (?:of|von|de|di|van|sur|av|из|/) \s? \d{1,5} )?
      (?: \s? (?:页|頁|쪽) )? [][|(){}.·•~*\s–—-]{0,3}
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CJK_LABEL = re.compile(r"第?\s?(?P<value>\d{1,4})\s?[页頁]")
_AT_END = re.compile(r"\A(?P<first>\d{1,5})\s+\D|\D\s+(?P<last>\d{1,5})\Z")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_IMPRINT = re.compile(
    r"""
      \A\W{0,2}
      (?: https?:// | www\. | doi\b | \([cC]\)\s | © | copyright\b | downloaded\b | arxiv:
        | available\ online | issn\b | isbn\b | journal\ homepage )
    | \bvol(?:ume|\.)\s*\d | \bissn\b | \d\s*\(\d{4}\)\s*[\d:,]
    | \bpp\.\s*\d
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DIGITS, _NO_WORD = re.compile(r"\d+"), re.compile(r"[\W_]+")


class Piece(Protocol):
    """What is asked of a line or block."""

    @property
    def text(self) -> str: ...
    @property
    def font_size(self) -> float: ...
    @property
    def tag(self) -> str: ...


P = TypeVar("P", bound=Piece)


@dataclass(frozen=True, slots=True)
class Label:
    """The number of a page. `is_total` says that the count of all pages stands with it."""

    value: int
    is_total: bool = False

    @property
    def is_year(self) -> bool:
        return not self.is_total and 1900 <= self.value < 2100


@dataclass(slots=True)
class Row(Generic[P]):
    """Pieces on one height. `y` is from the edge of the page to the row's middle, `gap` to the
    next row farther in; both in points.
    """

    pieces: list[P]
    y: float
    near: float
    far: float
    gap: float = float("inf")

    @property
    def height(self) -> float:
        return max(1.0, self.far - self.near)

    @property
    def text(self) -> str:
        return " ".join(piece.text for piece in self.pieces)

    @property
    def size(self) -> float:
        return max(piece.font_size for piece in self.pieces)

    @property
    def step(self) -> int:
        """Its height in steps within which pages differ; scans lie less exactly."""
        return step_of(self.y, STEP if self.size else STEP_READ)


def rows_at(
    edge: str, pieces: Iterable[P], box_of: Callable[[P], Box], height: float
) -> list[Row[P]]:
    """At most ten rows from the edge inwards, none beyond 40 % of the page."""
    is_top = edge == TOP

    def span(piece: P) -> tuple[float, float]:
        box = box_of(piece)
        return (box.y0, box.y1) if is_top else (height - box.y1, height - box.y0)

    placed = [(*span(piece), index, piece) for index, piece in enumerate(pieces)]
    inside = [one for one in placed if -height < one[0] and (one[0] + one[1]) / 2 < BEYOND * height]
    found: list[Row[P]] = []
    for near, far, _, piece in nsmallest(MAX_PIECES, inside, key=lambda one: one[0] + one[1]):
        middle = (near + far) / 2
        row = found[-1] if found else None
        if row and middle - row.y < 0.5 * min(row.height, max(1.0, far - near)):
            row.pieces.append(piece)
            row.near, row.far = min(row.near, near), max(row.far, far)
            continue
        if row:
            row.gap = near - row.far
        if len(found) == MAX_ROWS:
            break
        found.append(Row([piece], middle, near, far))
    return found


def step_of(y: float, step: float) -> int:
    return round(y / step) if abs(y) < FAR else 0


def label_of(text: str) -> Label | None:
    """The page's number where `text` is nothing else."""
    if len(text) > 24:
        return None
    match = _LABEL.fullmatch(text) or _CJK_LABEL.fullmatch(text)
    if match is None:
        return None
    value = _number(match["value"])
    return Label(value, bool(match.groupdict().get("of"))) if value else None


def number_at_end(text: str) -> int | None:
    """A number that begins or ends a short text: that of the page, if others count on."""
    match = _AT_END.search(text) if len(text) <= LONGEST else None
    return int(match["first"] or match["last"]) if match else None


def _number(text: str) -> int | None:
    if text.isdecimal():
        return int(text)
    values = [_ROMAN[letter] for letter in text.lower()]
    total = sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))
    return total if total < 200 else None


def signature(text: str) -> str:
    """The same for texts that differ in numbers alone; empty where nothing is left to compare. What
    has no letters, as a date, must be the same.
    """
    if len(text) > LONGEST:
        return ""
    bare = _NO_WORD.sub("", _DIGITS.sub("#", text.casefold()))
    return bare if any(map(str.isalpha, bare)) else f"={text}" if len(text) > 4 else ""


def is_imprint(text: str) -> bool:
    """Whether it says where a page was published: a volume, an address, whose copyright it is."""
    return len(text) <= LONGEST and _IMPRINT.search(text) is not None
