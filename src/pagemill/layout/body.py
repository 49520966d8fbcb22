"""The body of a page: its running text, column by column, footnotes last."""

from collections.abc import Sequence
from dataclasses import replace

from pagemill.layout.document.styles import Styles
from pagemill.layout.headings import Headings
from pagemill.layout.lines import Line
from pagemill.layout.order.rows import rows
from pagemill.layout.text.blocks import Made, made_of, of_rows
from pagemill.layout.text.captions import may_caption
from pagemill.layout.text.continuing import Tail, with_continued
from pagemill.layout.text.footnotes import Footnote, without_footnotes
from pagemill.layout.text.items import last_number
from pagemill.layout.text.notes import Notes
from pagemill.model.joining import joined
from pagemill.model.page import Block, BlockKind, Box

_CAPTIONED = frozenset({BlockKind.FIGURE, BlockKind.TABLE})


def body_of(
    columns: Sequence[Sequence[Line]],
    rules: Sequence[Box],
    styles: Styles,
    notes: Notes,
    tail: Tail | None,
    headings: Headings,
) -> list[Block]:
    """The blocks of the text that runs through the page. `rules` are the page's, `tail` is where
    the page before ends.
    """
    parts = [rows(column) for column in columns]
    texts, feet = without_footnotes(parts, rules, styles.body)
    made: list[list[Made]] = []
    counted = tail.counted if tail else 0
    for text in filter(None, texts):
        made.append(made_of(headings.marked(text), styles, notes, counted=counted))
        counted = last_number([one.block for one in made[-1]]) or counted
    found = with_continued(_with_captions(made), tail)
    return [*found, *(_footnote(foot, notes) for foot in feet)]


def _footnote(foot: Footnote, notes: Notes) -> Block:
    text = joined([row.text for row in foot.rows], " ", notes.hyphenated)
    return replace(of_rows(BlockKind.FOOTNOTE, foot.rows, text), continues=foot.continues)


def _with_captions(made: Sequence[Sequence[Made]]) -> list[list[Made]]:
    """Paragraphs that name the figure or table which they stand next to are its captions."""
    kinds = [one.block.kind for column in made for one in column]
    found: list[list[Made]] = []
    index = 0
    for column in made:
        found.append([])
        for one in column:
            near = {*kinds[max(0, index - 1) : index], *kinds[index + 1 : index + 2]}
            is_caption = (
                one.block.kind is BlockKind.PARAGRAPH
                and not _CAPTIONED.isdisjoint(near)
                and may_caption(one.block.text)
            )
            block = replace(one.block, kind=BlockKind.CAPTION) if is_caption else one.block
            found[-1].append(replace(one, block=block))
            index += 1
    return found
