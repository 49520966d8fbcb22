"""Parts of a book as HTML elements."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pagemill.model.page import BlockKind
from pagemill.outputs.captions import Captioned
from pagemill.outputs.direction import is_leftward
from pagemill.outputs.escape import clean_code, clean_lines, marked_lines
from pagemill.outputs.flow import FURNITURE, PageStart, Part, Place
from pagemill.outputs.grids import Placed, grid
from pagemill.outputs.html.lists import html_lists
from pagemill.outputs.html.pictures import Pictures
from pagemill.outputs.html.text import html_of, html_text
from pagemill.outputs.link_text import found_in
from pagemill.outputs.page_notes import is_telling, note
from pagemill.outputs.tables import html_table
from pagemill.ports import Gap

_ABOUT = {
    BlockKind.FOOTNOTE: ' class="footnote" role="doc-footnote"',
    BlockKind.FORMULA: ' class="formula"',
    BlockKind.CAPTION: ' class="caption"',
} | dict.fromkeys(FURNITURE, ' class="furniture"')


@dataclass(slots=True)
class Blocks:
    """Writes what it is given, in order; remembers where pages were anchored and how deep the last
    heading was. `language` is the document's, `pictures` None if there are none to be shown.
    """

    language: str
    pictures: Pictures | None
    _page_language: str = ""
    _anchored: set[int] = field(default_factory=set)
    _level: int = 0

    def start(self, page: PageStart) -> Iterator[str]:
        """The page's anchor, unless text that runs on to the page has it already."""
        self._page_language = page.language
        if self._is_new(page.number):
            yield _anchor(page.number, "div")
        self._anchored = {number for number in self._anchored if number > page.number}
        if is_telling(page):
            yield f'<p class="note" role="note">Page {page.number}: {html_text(note(page))}.</p>'

    def gap(self, gap: Gap) -> Iterator[str]:
        yield _anchor(gap.number, "div")
        reason = html_text(gap.failure.message, newline=" ").rstrip(".") or gap.failure.code
        said = f"Page {gap.number} could not be read ({reason})."
        yield f'<p class="gap" role="note">{said}</p>'

    def items(self, run: Sequence[Part]) -> Iterator[str]:
        with_words = [part for part in run if clean_lines(part.block.text)]
        yield from html_lists(with_words, self._inner, self._about, self.part)

    def part(self, part: Part) -> Iterator[str]:
        block = part.block
        match block.kind:
            case BlockKind.TABLE if block.cells:
                yield from self._table(part, "")
            case BlockKind.TABLE | BlockKind.FIGURE:
                yield from self._figure(part, "", is_above=False)
            case _ if not clean_lines(block.text):
                return
            case BlockKind.HEADING:
                self._level = max(1, min(6, block.level or 1, self._level + 1))
                yield f"<h{self._level}{self._about(part)}>{self._inner(part)}</h{self._level}>"
            case BlockKind.CODE:
                code = html.escape(clean_code(block.text))
                yield f"<pre{self._about(part)}><code>{code}</code></pre>"
            case _:
                kind = _ABOUT.get(block.kind, "")
                yield f"<p{kind}{self._about(part)}>{self._inner(part)}</p>"

    def captioned(self, item: Captioned) -> Iterator[str]:
        caption = self._inner(item.caption)
        if item.part.block.cells:
            yield from self._table(item.part, caption)
        else:
            yield from self._figure(item.part, caption, is_above=item.is_above)

    def _table(self, part: Part, caption: str) -> Iterator[str]:
        made = grid(part.block.cells)
        new = [place for place in part.turns if self._is_new(place.page)]
        rows = {place.start: f' id="page-{place.page}"' for place in new}
        yield from html_table(made, part.block.links, caption, _Scopes(made.head_rows), rows)

    def _figure(self, part: Part, caption: str, *, is_above: bool) -> Iterator[str]:
        name = f"{part.block.kind.capitalize()} on page {part.places[0].page}"
        source = self.pictures.source(part) if self.pictures and part.picture else ""
        said = f"<figcaption>{caption}</figcaption>" if caption else ""
        yield f"<figure{self._about(part)}>"
        if is_above and said:
            yield said
        if source:
            yield f'<img src="{source}" alt="{name}">'
        else:
            yield f'<div role="img" aria-label="{name}"></div>'
        if clean_lines(part.block.text):
            yield f"<p>{self._inner(part)}</p>"
        if said and not is_above:
            yield said
        yield "</figure>"

    def _inner(self, part: Part, begin: int = 0) -> str:
        """The text of a part from letter `begin` on, with the anchors of pages it runs on to."""
        text, links, at = part.block.text, part.block.links, begin
        turns = [place for place in part.turns if self._is_new(place.page)]
        if turns:
            links = found_in("\n".join(clean_lines(text)), links)
        made = []
        for place in turns:
            marked = marked_lines(text[at : place.start], links, is_part=True)
            links, at = marked.left, place.start
            made += [html_of(marked), *_seam(text, place)]
        return "".join([*made, html_text(text[at:], links)])

    def _about(self, part: Part) -> str:
        """Direction and language, where they are not the document's."""
        other = self._page_language if self._page_language != self.language else ""
        leftward = ' dir="rtl"' if is_leftward(part.block.text) else ""
        return leftward + (f' lang="{html_text(other, newline=" ")}"' if other else "")

    def _is_new(self, page: int) -> bool:
        """Whether the page has no anchor yet; now it has."""
        is_new = page not in self._anchored
        self._anchored.add(page)
        return is_new


def _anchor(number: int, tag: str) -> str:
    named = f'id="page-{number}" role="doc-pagebreak" aria-label="Page {number}"'
    return f"<{tag} {named}></{tag}>"


def _seam(text: str, place: Place) -> list[str]:
    """What stands in a text where a page ends: its anchor, and a space unless a word goes on."""
    before = text[place.start - 1 : place.start]
    return ["\n" if before.isspace() else "", _anchor(place.page, "span")]


@dataclass(frozen=True, slots=True)
class _Scopes:
    """Says of each header cell what it is the head of, and how its text runs."""

    head_rows: int

    def __call__(self, cell: Placed) -> str:
        leftward = ' dir="rtl"' if is_leftward(cell.text) else ""
        if not cell.is_header:
            return leftward
        scope = "col" if cell.row < self.head_rows else "row"
        is_group = (cell.column_span if scope == "col" else cell.row_span) > 1
        return f' scope="{scope}{"group" if is_group else ""}"{leftward}'
