"""Headings: which rows of a column are headings, by the styles of the document and by where they
stand. Rows of a list of contents are none; each keeps its line, with its dots cut down.

A heading comes out as a fixed block, and so does a list of contents.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from pagemill.layout.document.contents import entries, entry_text, entry_with_leader, names_contents
from pagemill.layout.document.faces import MAX_LETTERS, MAX_ROWS, face_of_line
from pagemill.layout.document.levels import MAX_LEVEL, Level, is_larger
from pagemill.layout.document.numbering import section_number
from pagemill.layout.document.outline import Bookmarks, bookmarks
from pagemill.layout.document.small_titles import has_small_titles, stands_as_title, usual_step
from pagemill.layout.document.styles import Styles
from pagemill.layout.lines import Line
from pagemill.layout.text.addresses import are_numbered
from pagemill.layout.text.blocks import of_rows
from pagemill.layout.text.captions import names_caption
from pagemill.layout.text.wording import (
    is_code,
    is_item,
    is_names,
    is_no_heading,
    is_sentence,
    is_signed,
    names_workplace,
)
from pagemill.model.joining import joined
from pagemill.model.page import Block, BlockKind, PageText, around

CLOSE = 0.75  # heights: rows of one heading stand no farther apart
SPACE = 0.3  # heights more than usual: what makes a space above
TITLE = 1.5  # times the body's size: a title breaks its rows where it likes
LONG_RUN = 5  # rows in one face that follow closely are text
FULL = 0.94  # of the column's width
LONG_SENTENCE = 80  # letters
LONG_ROW, TEXT_ROWS = 30, 3  # letters; so many longer rows make a page of text
MAX_WEAK, MAX_NUMBERED = 120, 60
PLAIN, BOLD = 1.5, 2.0  # the emphasis of capitals, of bold type
TALL = 1.45  # times the usual line: so tall a line is a title though no network took it for one
WIDE = 1.5  # heights of a row: a gap that parts cells
NOWHERE = (math.inf, -math.inf)
HEADING_TAGS = {f"H{level}": level for level in range(1, 7)} | {"Title": 1, "H": 0}
_TEXT_TAGS = frozenset(
    {"TD", "TH", "LI", "Lbl", "LBody", "Caption", "TOC", "TOCI", "Note", "Code", "BlockQuote"}
)


@dataclass(frozen=True, slots=True)
class Headings:
    """What tells headings on one page. `front` is the top and bottom of what stands between the
    title and the text of the first page. `is_read` says that it is a page of prose read by OCR,
    `has_small_titles` that a network found titles in it that are no taller than its text.
    """

    styles: Styles
    bookmarks: Bookmarks
    front: tuple[float, float]
    is_read: bool
    has_small_titles: bool = False

    @staticmethod
    def of(page: PageText, styles: Styles) -> "Headings":
        front = _front(page, styles) if page.number == styles.first_page else NOWHERE
        marked = bookmarks(page.marks.outline, page.blocks)
        is_read = _is_prose_read(page)
        has_small = is_read and has_small_titles(page, styles.line)
        return Headings(styles, marked, front, is_read, has_small)

    def marked(self, rows: Sequence[Line]) -> list[Line]:
        """The rows of one column with each heading, and each list of contents, as one fixed row."""
        return _Column(self, list(rows)).marked()


def _is_prose_read(page: PageText) -> bool:
    lengths = [len(block.text) for block in page.blocks if not block.font_size]
    long = [length for length in lengths if length > LONG_ROW]
    return len(long) >= LONG_RUN and 2 * sum(long) > sum(lengths)


def _front(page: PageText, styles: Styles) -> tuple[float, float]:
    """From the bottom of the largest line to the first rows of text below it."""
    if page.rotation or page.skew or not styles.body:
        return NOWHERE
    lines = [block for block in page.blocks if block.font_size and block.text]
    title = max(lines, key=lambda block: (block.font_size, -block.box.y0), default=None)
    if title is None or not is_larger(title.font_size, styles.body):
        return NOWHERE
    rows = sorted(
        block.box.y0
        for block in lines
        if len(block.text) > LONG_ROW
        and block.box.y0 > title.box.y0
        and not is_larger(block.font_size, styles.body)
    )
    # One or two rows may say where the authors work.
    bottom = rows[TEXT_ROWS - 1] if len(rows) >= TEXT_ROWS else math.inf
    return title.box.y1 - 0.5 * title.box.height, bottom


@dataclass(slots=True)
class _Column:
    """The rows of one column. `gap` is what usually parts two, `step` is from the middle of one to
    that of the next; `left` and `right` are its edges.
    """

    page: Headings
    rows: list[Line]
    gap: float = 0.0
    step: float = 0.0
    left: float = 0.0
    right: float = 0.0
    after: Level | None = None  # of the heading that stands right above the row at hand
    text_until: int = 0  # rows before this one are known to be text
    found: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        text = [row.box for row in self.rows if not row.fixed]
        gaps = [b.y0 - a.y1 for a, b in pairwise(text)]
        near = [gap for gap, box in zip(gaps, text, strict=False) if -box.height < gap < box.height]
        self.gap = max(0.0, median(near or [0.0]))
        self.step = usual_step(self.rows)
        self.left = min((box.x0 for box in text), default=0.0)
        self.right = max((box.x1 for box in text), default=0.0)

    def marked(self) -> list[Line]:
        index = 0
        is_headed = False
        while index < len(self.rows):
            taken = self._contents(index, is_headed=is_headed) or self._heading(index)
            if taken:
                block = self.found[-1].fixed
                is_headed = bool(block and block.level and names_contents(block.text))
            else:
                self.found.append(self.rows[index])
                is_headed, self.after = False, None
            index += max(1, taken)
        return self.found

    # ------------------------------------------------------------ lists of contents

    def _contents(self, index: int, *, is_headed: bool) -> int:
        """How many rows a list of contents takes that begins here."""
        if self.rows[index].fixed or not (is_headed or self._is_led_by_dots(index)):
            return 0
        listed = entries(self.rows, index, is_headed=is_headed)
        if not listed:
            return 0
        rows = [row for entry in listed for row in entry]
        block = of_rows(BlockKind.PARAGRAPH, rows, "\n".join(map(entry_text, listed)))
        self._add(rows, block, None)
        return len(rows)

    def _is_led_by_dots(self, index: int) -> bool:
        near = self.rows[index : index + 2]
        return any(entry_with_leader(row.text) for row in near if not row.fixed)

    # ------------------------------------------------------------ headings

    def _heading(self, index: int) -> int:
        """How many rows a heading takes that begins here."""
        row = self.rows[index]
        if row.fixed or (row.region and row.region.kind is not BlockKind.HEADING):
            return 0
        if len(row.text) > MAX_LETTERS or row.tag in _TEXT_TAGS:
            return 0
        for told in (self._by_tag, self._by_outline, self._by_face, self._by_height):
            count, level = told(index)
            if level:
                rows = self.rows[index : index + count]
                text = joined([row.text for row in rows], " ")
                block = of_rows(BlockKind.HEADING, rows, text, min(level.number, MAX_LEVEL))
                self._add(rows, block, level)
                return count
        return 0

    def _add(self, rows: Sequence[Line], block: Block, level: Level | None) -> None:
        box = around([row.box for row in rows])
        self.found.append(Line(box, block.box, block.text, fixed=block))
        self.after = level

    # Each of these gives the number of rows and the level, or none.

    def _by_tag(self, index: int) -> tuple[int, Level | None]:
        tag = self.rows[index].tag
        if tag not in HEADING_TAGS or is_no_heading(self.rows[index].text):
            return 0, None
        count = 1
        while count < MAX_ROWS and self._goes_on(index + count - 1, is_tagged=True):
            count += 1
        return count, Level(HEADING_TAGS[tag] or self._level_of_face(index).number)

    def _by_outline(self, index: int) -> tuple[int, Level | None]:
        row = self.rows[index]
        if not self.page.bookmarks.begins_with(row.text) or is_item(row.text):
            return 0, None
        rows = [one for one in self.rows[index : index + MAX_ROWS] if not one.fixed]
        for count in range(len(rows), 0, -1):
            texts = [one.text for one in rows[:count]]
            entry = self.page.bookmarks.entry(texts, row.shown.y0, row.font_size)
            if entry:
                return count, Level(entry.level + self.page.styles.title_shift)
        return 0, None

    def _by_height(self, index: int) -> tuple[int, Level | None]:
        """On a page without sizes: what a network took for a title, or a tall line in prose."""
        first = self.rows[index]
        if first.font_size or index < self.text_until:
            return 0, None
        if first.region:
            rows = self._while(index, lambda row: row.region is first.region)
        elif self.page.is_read and self._is_tall(first):
            rows = self._while(index, self._is_tall, close=True)
        elif self.page.has_small_titles and stands_as_title(
            self.rows, index, self.right - self.left, self.step
        ):
            rows = [first]
        else:
            return 0, None
        text = joined([row.text for row in rows], " ")
        if len(rows) > MAX_ROWS or len(text) > MAX_LETTERS or is_no_heading(text):
            self.text_until = index + len(rows)
            return 0, None
        if any(row.is_tabular for row in rows) or (not first.region and is_sentence(text)):
            return 0, None
        styles = self.page.styles
        level = styles.heights.level(min(row.box.height for row in rows) / styles.line)
        number = section_number(text)
        return len(rows), Level(level + (number.depth - 1 if number else 0))

    def _is_tall(self, row: Line) -> bool:
        is_short = row.region is None and len(row.text) <= MAX_NUMBERED
        return is_short and row.box.height > TALL * self.page.styles.line

    def _by_face(self, index: int) -> tuple[int, Level | None]:
        row = self.rows[index]
        if (
            not row.font_size
            or index < self.text_until
            or (row.tag == "P" and self._is_plain_p(row))
        ):
            return 0, None
        level = self._level_of_face(index)
        if level.number == 0:
            return 0, None
        run = self._while(index, lambda one: _are_alike(row, one), close=True)
        if len(run) > LONG_RUN:
            self.text_until = index + len(run)
            return 0, None
        count = 1
        while count < len(run) and self._goes_on(index + count - 1, is_tagged=False):
            count += 1
        rows = self.rows[index : index + count]
        text = joined([one.text for one in rows], " ")
        if count > MAX_ROWS or len(text) > MAX_LETTERS or self._is_none(rows, text):
            self.text_until = index + count
            return 0, None
        if self._is_byline(index + count, rows, text, level):
            return 0, None
        if level.is_strong:
            is_told = self._is_strong(rows, text)
        else:
            is_told = self._is_weak(index, rows, text, level)
        return (count, level) if is_told else (0, None)

    def _is_plain_p(self, row: Line) -> bool:
        """Whether the tags call a text a paragraph that is no larger than the others."""
        styles = self.page.styles
        return styles.has_heading_tags and not is_larger(row.font_size, styles.body)

    def _level_of_face(self, index: int) -> Level:
        row, styles = self.rows[index], self.page.styles
        number = section_number(row.text)
        level = styles.level(face_of_line(row), number.depth if number else 0)
        is_told = number and not number.is_plain and not level.number
        return styles.level_by_number(number.depth) if number and is_told else level

    # ------------------------------------------------------------ what speaks for and against

    def _is_none(self, rows: Sequence[Line], text: str) -> bool:
        if is_no_heading(text) or entry_with_leader(rows[-1].text):
            return True
        return any(row.is_tabular and not _is_numbered_apart(row) for row in rows)

    def _is_strong(self, rows: Sequence[Line], text: str) -> bool:
        """Larger type: nothing must speak against it."""
        if is_sentence(text) and len(text) > LONG_SENTENCE:
            return False
        if names_caption(text) and not _is_bare_label(text):
            return False
        return not (text[0].islower() and rows[0].font_size < 1.3 * self.page.styles.body)

    def _is_byline(self, index: int, rows: Sequence[Line], text: str, level: Level) -> bool:
        """Who wrote it, and when, is written between the title and the text."""
        top, bottom = self.page.front
        if not top < rows[0].shown.y0 < bottom:
            return False
        if is_signed(text) or not is_names(text):
            return is_signed(text)
        below = self.rows[index : index + 1]
        leads_text = bool(below) and len(below[0].text) > LONG_ROW
        leads_text &= not any(names_workplace(row.text) for row in below)
        is_plain = level.is_once and not rows[0].is_bold
        return is_plain or bottom == math.inf or not leads_text

    def _is_weak(self, index: int, rows: Sequence[Line], text: str, level: Level) -> bool:
        """Type of the text's size that stands out: a short line of its own that leads a text."""
        number = section_number(text)
        if number and number.is_plain:
            # As the items of a list have it.
            if self.page.styles.has_large_numbers:
                return False
            number = number if level.emphasis >= PLAIN else None
        if len(rows) > 2 or len(text) > MAX_WEAK or names_caption(text) or text[0].islower():
            return False
        if len(rows) > 1 and are_numbered([row.text for row in rows]):
            return False
        if is_code(text) or (rows[0].is_mono and not self.page.styles.is_mono):
            return False
        if is_sentence(text) and not (number and len(text) < MAX_NUMBERED):
            return False
        has_space = self._has_space_above(index)
        if not has_space and (level.emphasis < BOLD or self._runs_on_from(index)):
            return False
        return self._leads(index + len(rows), rows[-1], is_numbered=number is not None)

    def _has_space_above(self, index: int) -> bool:
        if self.after or not index or self.rows[index - 1].fixed:
            return True
        row = self.rows[index].box
        return row.y0 - self.rows[index - 1].box.y1 > self.gap + SPACE * row.height

    def _runs_on_from(self, index: int) -> bool:
        """Whether the row above is full and ends no sentence: it may run on into this one."""
        above = self.rows[index - 1]
        is_full = above.box.x1 - self.left > FULL * (self.right - self.left)
        return is_full and not is_sentence(above.text)

    def _leads(self, index: int, last: Line, *, is_numbered: bool) -> bool:
        """Whether what comes next is a text that the heading may lead."""
        if index >= len(self.rows):
            return is_numbered
        below = self.rows[index]
        if below.fixed:
            return True
        if _are_alike(last, below) and not is_numbered and self._is_close(last, below):
            return False
        return not (below.text[0].islower() and self._is_close(last, below))

    # ------------------------------------------------------------ rows together

    def _while(
        self, index: int, holds: Callable[[Line], bool], *, close: bool = False
    ) -> list[Line]:
        """The rows from `index` on for which it holds, a few more than a heading has at most."""
        rows = [self.rows[index]]
        for row in self.rows[index + 1 : index + LONG_RUN + 2]:
            if row.fixed or not holds(row) or (close and not self._is_close(rows[-1], row)):
                break
            rows.append(row)
        return rows

    def _is_close(self, above: Line, below: Line) -> bool:
        return below.box.y0 - above.box.y1 < CLOSE * min(above.box.height, below.box.height)

    def _goes_on(self, index: int, *, is_tagged: bool) -> bool:
        """Whether a heading goes on from this row into the next."""
        if index + 1 >= len(self.rows):
            return False
        above, below = self.rows[index], self.rows[index + 1]
        if below.fixed or not _are_alike(above, below) or not self._is_close(above, below):
            return False
        if is_tagged or section_number(below.text):
            return is_tagged and above.tag == below.tag and not section_number(below.text)
        if above.font_size >= TITLE * self.page.styles.body or below.text[0].islower():
            return True
        if above.text.endswith(("-", ",", "–", "—", ":", "&")) or _are_centred(above, below):
            return True
        needed = below.box.width * (len(below.text.split()[0]) + 1) / len(below.text)
        return self.right - above.box.x1 < needed


def _are_alike(a: Line, b: Line) -> bool:
    is_one_size = abs(a.font_size - b.font_size) <= 0.06 * max(a.font_size, b.font_size)
    return is_one_size and a.is_bold == b.is_bold and a.is_italic == b.is_italic


def _are_centred(a: Line, b: Line) -> bool:
    """On one axis, and not because both are as wide."""
    return abs(a.center - b.center) < 0.3 * a.box.height and abs(a.box.x0 - b.box.x0) > a.box.height


def _is_numbered_apart(row: Line) -> bool:
    """Whether the only wide gap in a row stands behind the number of a section."""
    if not section_number(row.text) or len(row.words) < 2:
        return False
    title = row.text.split()[0]
    gaps = [b[0] - a[1] for a, b in pairwise(row.words)]
    first = gaps[: max(1, len(title.split()))]
    return all(gap < WIDE * row.box.height for gap in gaps[len(first) :])


def _is_bare_label(text: str) -> bool:
    """`Table 1` and no more: over a table of its own chapter."""
    return len(text.split()) == 2
