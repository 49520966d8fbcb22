"""Lists of contents keep one entry a line, with the dots cut down, and make no headings."""

import pytest

from layout.sheets import laid_out, line
from pagemill.layout.document.contents import entry_with_leader, names_contents
from pagemill.layout.document.numbering import section_number
from pagemill.model.page import Block, BlockKind

FULL = "a line of text that runs up to the right edge"


def text(y: float, rows: int = 8) -> list[Block]:
    return [line(50, y + 12 * row, FULL, size=10) for row in range(rows)]


def test_each_entry_keeps_its_line_and_its_dots_are_cut_down() -> None:
    entries = [
        line(50, 100, "1 Old ways ......................... 3", size=10),
        line(60, 114, "1.1 Older ways . . . . . . . . . . . 12", size=10),
        line(50, 128, "Index ………………………… xiv", size=10),
    ]
    (found,) = laid_out(entries)
    assert found.text == "1 Old ways .... 3\n1.1 Older ways .... 12\nIndex .... xiv"


@pytest.mark.parametrize(
    ("drawn", "kept"),
    [("...", "..."), (". . .", "..."), ("…", "…"), ("……", "……"), ("·····", "....")],
)
def test_dots_are_never_more_than_they_were(drawn: str, kept: str) -> None:
    rows = [line(50, 100 + 14 * n, f"Way {n} {drawn} {n}", size=10) for n in range(1, 4)]
    (found,) = laid_out(rows)
    assert found.text == "\n".join(f"Way {n} {kept} {n}" for n in range(1, 4))


def test_entries_in_larger_or_bold_type_are_no_headings() -> None:
    entries = [
        line(50, 60 + 20 * n, f"Chapter {n} ............... {n}", size=14, bold=True)
        for n in range(1, 4)
    ]
    kinds = {block.kind for block in laid_out([*entries, *text(200, 20)])}
    assert kinds == {BlockKind.PARAGRAPH}


def test_a_title_too_long_for_a_row_stays_with_its_number() -> None:
    rows = [
        line(50, 100, "1 Old ways ............... 3", size=10),
        line(50, 114, "2 Of new ways and", size=10),
        line(60, 126, "how they came about ............. 9", size=10),
    ]
    (found,) = laid_out(rows)
    assert found.text.split("\n")[1] == "2 Of new ways and how they came about .... 9"


def test_numbers_without_dots_are_pages_under_a_heading_that_says_so() -> None:
    rows = []
    for n in range(1, 5):
        words = f"Way {n}"
        rows += [line(50, 100 + 14 * n, words, size=10), line(500, 100 + 14 * n, str(n), size=10)]
    heading, *rest = laid_out([line(50, 60, "Contents", size=16), *rows, *text(300)])
    assert heading.kind is BlockKind.HEADING
    assert BlockKind.HEADING not in {block.kind for block in rest}


@pytest.mark.parametrize(
    "words",
    [
        "and so on ... 3 of them",
        "Total ... ",
        "......",
        "1.5 ........ 2.5",
        "wait...",
        "Name ________ 3",
    ],
)
def test_dots_that_lead_to_no_page_make_no_entry(words: str) -> None:
    assert entry_with_leader(words) is None


@pytest.mark.parametrize("words", ["Contents", "TABLE OF CONTENTS", "Inhaltsverzeichnis", "目录"])
def test_headings_of_contents_are_known_in_some_languages(words: str) -> None:
    assert names_contents(words)


# ---------------------------------------------------------------- numbers of sections


@pytest.mark.parametrize(
    ("words", "depth"),
    [
        ("1 Old ways", 1),
        ("1. Old ways", 1),
        ("2.3 Old ways", 2),
        ("2.3.1. Old ways", 3),
        ("A.2 Old ways", 2),
        ("Chapter 3", 1),
        ("CHAPTER IV: Old ways", 1),
        ("Kapitel 2 Altes Gold", 1),
        ("§ 4 Old ways", 1),
        ("IV. Old ways", 1),
        ("第3章 古い道", 1),
        ("第二节 古道", 2),
    ],
)
def test_the_number_of_a_section_tells_its_depth(words: str, depth: int) -> None:
    number = section_number(words)
    assert number is not None
    assert number.depth == depth


@pytest.mark.parametrize(
    "words", ["1.5 litres", "3 eggs", "I think so", "2021", "12:30 Tea", "17.50", "A dog", "v1.2"]
)
def test_other_numbers_are_none(words: str) -> None:
    assert section_number(words) is None
