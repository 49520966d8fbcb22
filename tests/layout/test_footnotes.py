"""Footnotes leave the text and stand at the end of the page."""

from collections.abc import Sequence
from dataclasses import replace

from layout.sheets import line, page
from pagemill.layout import arrange
from pagemill.model.page import Block, Box, Marks

FULL = "a line of text that runs up to the right edge"
RULE = Box(50, 695, 120, 695.5)


def laid_out(blocks: Sequence[Block], rules: Sequence[Box] = ()) -> tuple[Block, ...]:
    raw = replace(page(blocks), marks=Marks(rules=tuple(rules)))
    return arrange(lambda: iter([raw]))(raw).blocks


def notes(blocks: Sequence[Block], rules: Sequence[Box] = ()) -> list[str]:
    return [block.text for block in laid_out(blocks, rules) if block.kind == "footnote"]


def body(x: float = 50, rows: int = 20) -> list[Block]:
    return [line(x, 400 + 12 * row, FULL, size=10) for row in range(rows)]


def test_small_type_with_a_mark_at_the_foot_is_a_footnote() -> None:
    small = [line(50, 700, "1 A note that goes", size=8), line(50, 710, "on here.", size=8)]
    assert notes([*body(), *small]) == ["1 A note that goes on here."]


def test_each_mark_begins_a_footnote_and_other_numbers_do_not() -> None:
    rows = ["3An aircraft of the year", "1998 had two.", "4Another one", "* And a sign"]
    small = [line(50, 660 + 10 * n, row, size=8) for n, row in enumerate(rows)]
    found = notes([*body(), *small])
    assert found == ["3An aircraft of the year 1998 had two.", "4Another one", "* And a sign"]


def test_small_type_without_a_mark_is_none_but_under_a_short_rule() -> None:
    small = [line(50, 700, "as was said on the page before.", size=8)]
    assert notes([*body(), *small]) == []
    (found,) = [b for b in laid_out([*body(), *small], [RULE]) if b.kind == "footnote"]
    assert found.continues


def test_a_rule_makes_notes_of_numbers_with_dots() -> None:
    small = [line(50, 700, "1. See there.", size=8), line(50, 710, "2. And here.", size=8)]
    assert notes([*body(), *small], [RULE]) == ["1. See there.", "2. And here."]
    assert notes([*body(), *small]) == []


def test_a_list_in_the_size_of_the_text_is_no_footnote() -> None:
    rows = [line(50, 700, "1 first thing", size=10), line(50, 712, "2 second thing", size=10)]
    assert notes([*body(), *rows], [RULE]) == []


def test_the_small_fields_of_a_form_are_no_footnotes() -> None:
    fields = [
        [line(50, y, f"{place}. NUMBER", size=7), line(250, y, "CLAIM", size=7)]
        for place, y in ((1, 700), (2, 712), (3, 724))
    ]
    assert notes([*body(), *(block for row in fields for block in row)], [RULE]) == []


def test_small_type_above_other_text_is_no_footnote() -> None:
    small = line(50, 380, "1 The caption of something", size=8)
    assert notes([small, *body()]) == []


def test_footnotes_do_not_stand_between_columns() -> None:
    left, right = body(50), body(330)
    note = line(50, 700, "1 A note.", size=8)
    kinds = [str(block.kind) for block in laid_out([*left, note, *right])]
    assert kinds == ["paragraph", "paragraph", "footnote"]


def test_the_number_of_the_page_under_footnotes_is_none_of_them() -> None:
    small = [line(50, 700, "1 A note.", size=8), line(300, 740, "17", size=10)]
    assert notes([*body(), *small]) == ["1 A note."]


def test_pages_read_by_ocr_have_footnotes_by_height() -> None:
    text = [line(50, 400 + 14 * row, FULL, height=11) for row in range(18)]
    small = [line(50, 700, "* A note that goes", height=8), line(50, 710, "on here.", height=8)]
    assert notes([*text, *small]) == ["* A note that goes on here."]
