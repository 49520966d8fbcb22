"""Lists of contents: rows that end with the number of a page, often behind a line of dots."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pagemill.layout.lines import Line

_LEADERS = frozenset(" .·…\u2024\u2025\u22ef")  # lines to write on are drawn otherwise
_PAGE = re.compile(r"(?:\d{1,4}|[ivxlc]{1,7}|[A-Z]-?\d{1,3}|\d{1,2}-\d{1,3})\Z")
MIN_LEADERS, LEADER = 3, "...."
CLOSE = 1.8  # heights of a row: from one row of an entry to the next
_WORDS = re.compile(
    r"(?:table of )?contents|inhalt(?:sverzeichnis)?|table des mati[eè]res|sommaire|[ií]ndice"
    r"|sommario|inhoud(?:sopgave)?|spis treści|содержание|оглавление|目录|目次"
    r"|list of (?:figures|tables)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row of a list of contents says, and on which page it is. Dots may stand without a
    number, the row of which is a piece of its own then. `leader` is the line of dots, cut down.
    """

    title: str
    page: str
    leader: str = ""


def entry_with_leader(text: str) -> Entry | None:
    """None where no line of dots leads to a page."""
    if not may_lead(text):
        return None
    bare = text.rstrip()
    match = _PAGE.search(bare[-7:])
    page = match[0] if match else ""
    stem = bare[: len(bare) - len(page)]
    title = stem.rstrip("".join(_LEADERS))
    leader = stem[len(title) :].replace(" ", "")
    dots = len(leader) + 2 * leader.count("…")
    if dots < MIN_LEADERS or not page or not any(map(str.isalpha, title)):
        return None
    return Entry(title, page, leader if len(leader) < len(LEADER) else LEADER)


def may_lead(text: str) -> bool:
    """Whether there are dots, or the like, in a row; quick."""
    return "..." in text or ". ." in text or "…" in text or "··" in text


def entry_by_gap(row: Line) -> Entry | None:
    """A row whose last word is a page's number, far right of the others; no proof alone."""
    title, _, page = row.text.rpartition(" ")
    if not _PAGE.fullmatch(page) or not any(map(str.isalpha, title)):
        return None
    if not row.is_tabular or len(row.words) < 2:
        return None
    gaps = [b[0] - a[1] for a, b in zip(row.words, row.words[1:], strict=False)]
    return Entry(title, page) if gaps[-1] == max(gaps) else None


def names_contents(text: str) -> bool:
    """Whether a heading like this stands over a list of contents."""
    return len(text) < 40 and _WORDS.fullmatch(text.strip(" :.")) is not None


def entries(rows: Sequence[Line], start: int, *, is_headed: bool) -> list[list[Line]]:
    """The rows of each entry that begins at `start` or follows; none where neither dots nor the
    heading over them (`is_headed`) tell a list of contents from a table.
    """
    found: list[list[Line]] = []
    has_leader = is_headed
    index = start
    while (
        index < len(rows) and len(taken := _rows_of_entry(rows, index, is_inside=bool(found))) > 0
    ):
        has_leader = has_leader or entry_with_leader(taken[-1].text) is not None
        found.append(taken)
        index += len(taken)
    return found if has_leader else []


def entry_text(rows: Sequence[Line]) -> str:
    """What an entry says, with its dots cut down."""
    last = entry_with_leader(rows[-1].text)
    end = f"{last.title} {last.leader} {last.page}" if last else rows[-1].text
    return " ".join([*(row.text for row in rows[:-1]), end])


def _rows_of_entry(rows: Sequence[Line], index: int, *, is_inside: bool) -> list[Line]:
    """One row, or two where a long title goes on in the row that has the number."""
    row = rows[index]
    if row.fixed:
        return []
    if entry_with_leader(row.text) or entry_by_gap(row):
        return [row]
    if is_inside and index + 1 < len(rows) and not rows[index + 1].fixed and not row.is_tabular:
        below = rows[index + 1]
        is_close = below.middle - row.middle < CLOSE * row.box.height
        if is_close and entry_with_leader(below.text):
            return [row, below]
    return []
