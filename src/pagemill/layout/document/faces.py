"""Faces: type of one size, weight, case and colour, and what a document uses each of them for."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pagemill.layout.document.contents import may_lead
from pagemill.layout.document.numbering import section_number
from pagemill.layout.lines import Line
from pagemill.model.page import Block, BlockKind, PageText

MAX_FACES = 256  # of one document; what comes then counts by its size alone
MAX_SIZE = 400.0
MAX_ROWS, MAX_LETTERS = 3, 200  # of a heading
MANY_ROWS, NOISE = 20, 0.35  # of prose; the share of them that change the size
PROSE = 50  # letters: more are no name, no label, no heading's only follower


class Face(NamedTuple):
    """`size` is in points, rounded to halves, and 0 where unknown."""

    size: float
    is_bold: bool = False
    is_italic: bool = False
    is_caps: bool = False
    color: int = 0


def face_of_line(line: Line | Block) -> Face:
    return Face(
        round(2 * line.font_size) / 2,
        line.is_bold,
        line.is_italic,
        is_caps(line.text),
        line.color,
    )


def is_caps(text: str) -> bool:
    """Words in capitals; a lone letter and a short acronym are none."""
    return text.isupper() and sum(map(str.isalpha, text)) > 4


@dataclass(slots=True)
class Use:
    """What one face is used for. `letters` are all of it; `heads` are short runs of rows, at most
    three, that stand alone, `head_letters` theirs, `led` those that prose follows. `depths` counts
    heads by the depth of their number, 0 for those without. `pages` are those with heads.
    """

    letters: int = 0
    heads: int = 0
    head_letters: int = 0
    led: int = 0
    pages: int = 0
    last_page: int = 0
    is_on_first: bool = False
    depths: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class Uses:
    """All faces of a document, read page by page in the order of each page's lines."""

    of: dict[Face, Use] = field(default_factory=dict)
    pages: int = 0
    long_rows: int = 0
    changes: int = 0

    @property
    def is_noisy(self) -> bool:
        """Whether the size changes from row to row of prose, as engines guess it from pictures."""
        return self.long_rows >= MANY_ROWS and self.changes > NOISE * self.long_rows

    def learn(self, page: PageText) -> None:
        self.pages += 1
        self._count_changes(page)
        runs = list(_runs(page.blocks))
        for index, run in enumerate(runs):
            use = self._use(run.face)
            use.letters += run.letters
            if not run.is_head:
                continue
            use.heads += 1
            use.head_letters += run.letters
            use.led += _is_followed(runs, index)
            number = section_number(run.text)
            use.depths[number.depth if number else 0] += 1
            if use.last_page != page.number:
                use.pages, use.last_page = use.pages + 1, page.number
                use.is_on_first |= self.pages == 1

    def _count_changes(self, page: PageText) -> None:
        before = 0.0
        for block in page.blocks:
            if len(block.text) < PROSE - 10 or not 0 < block.font_size < MAX_SIZE:
                continue
            self.long_rows += 1
            self.changes += before > 0 and abs(block.font_size - before) > 0.02 * before
            before = block.font_size

    def _use(self, face: Face) -> Use:
        if face not in self.of and len(self.of) >= MAX_FACES:
            face = Face(face.size)
            if face not in self.of and len(self.of) >= 2 * MAX_FACES:
                face = Face(0.0)
        return self.of.setdefault(face, Use())


@dataclass(slots=True)
class _Run:
    """Lines in one face that follow each other. `text` is the first one's."""

    face: Face
    text: str
    letters: int = 0
    rows: int = 0
    is_tabular: bool = False

    @property
    def is_head(self) -> bool:
        if self.is_tabular or self.rows > MAX_ROWS or self.letters > MAX_LETTERS:
            return False
        return 2 * sum(map(str.isalpha, self.text)) >= len(self.text) > 1


def _runs(blocks: Sequence[Block]) -> Iterable[_Run]:
    run: _Run | None = None
    before: Block | None = None
    for block in blocks:
        if block.kind is not BlockKind.LINE or not 0 < block.font_size < MAX_SIZE:
            continue
        if may_lead(block.text):
            continue  # a list of contents is no text
        face = face_of_line(block)
        is_beside = before is not None and _are_in_row(before, block)
        if is_beside and run is not None and run.rows == 1 and section_number(f"{run.text} A"):
            # A heading's number may stand apart from it.
            run.text, run.face = f"{run.text} {block.text}", face
            run.letters += len(block.text)
            before = block
            continue
        if run is not None and (run.face != face or section_number(block.text)):
            run.is_tabular |= is_beside
            yield run
            run = None
        if run is None:
            run = _Run(face, block.text)
        run.letters += len(block.text)
        run.rows += 1
        run.is_tabular |= is_beside
        before = block
    if run is not None:
        yield run


def _is_followed(runs: Sequence[_Run], index: int) -> bool:
    """Whether prose comes next, or another heading and then prose."""
    return any(run.letters > PROSE and not run.is_head for run in runs[index + 1 : index + 3])


def _are_in_row(a: Block, b: Block) -> bool:
    """On one height and of about one size, as the cells of a table are."""
    small, large = sorted((a.font_size, b.font_size))
    shared = min(a.box.y1, b.box.y1) - max(a.box.y0, b.box.y0)
    return shared > 0.5 * min(a.box.height, b.box.height) and large < 1.4 * small
