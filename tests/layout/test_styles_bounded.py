"""What is learned of a document, and what it is used for, costs steps in proportion."""

import sys
from collections.abc import Callable
from dataclasses import replace
from types import FrameType

import pytest

from layout.sheets import line, page
from pagemill.layout.document.styles import learn
from pagemill.layout.headings import Headings
from pagemill.layout.lines import line_of
from pagemill.layout.running import without_furniture
from pagemill.model.page import Block, Marks, OutlineEntry, PageText

WORDS = ["lorem", "ipsum", "dolor", "sit", "amet", "consectetur", "elit"]


def steps(work: Callable[[], object]) -> int:
    """How many functions, those written in C included, `work` calls."""
    count = 0

    def seen(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def varied(n: int) -> list[Block]:
    """Lines in many faces, with numbers, dots and labels."""
    forms = ("{w} {w}", "1.{n} {w}", "{w} ......... {n}", "{n}", "CHAPTER {n}", "• {w}", "{w} {n}")
    return [
        replace(
            line(
                50 + 200 * (k % 2),
                (7.3 * k) % 780,
                forms[k % 7].format(w=WORDS[k % 7], n=k % 90),
                size=8 + k % 13,
            ),
            is_bold=k % 3 == 0,
            color=k % 500,
        )
        for k in range(n)
    ]


def same(n: int) -> list[Block]:
    """Everything on one spot."""
    return [line(50, 50, "1 Old ways ...... 3", size=12)] * n


def contents(n: int) -> list[Block]:
    return [
        line(x, 10 + 0.03 * k, words, size=9)
        for k in range(n // 2)
        for x, words in ((50, f"Way {k}"), (500, str(k % 900)))
    ]


def marked(raw: PageText) -> None:
    styles = learn([raw])
    lines = [found for block in raw.blocks if (found := line_of(block))]
    text = without_furniture(raw, lines, styles).text
    Headings.of(raw, styles).marked(text)


@pytest.mark.parametrize("make", [varied, same, contents])
def test_a_page_of_many_lines_costs_steps_in_proportion(make) -> None:
    few, many = (steps(lambda n=n: marked(page(make(n)))) for n in (2_000, 20_000))
    assert many < 12 * few
    assert many < 20_000 * 200


def test_an_outline_of_many_entries_costs_steps_in_proportion() -> None:
    def raw(n: int) -> PageText:
        outline = tuple(OutlineEntry(1 + k % 5, f"Way {k}") for k in range(n))
        return replace(page(varied(n)), marks=Marks(outline=outline))

    few, many = (steps(lambda n=n: marked(raw(n))) for n in (1_000, 10_000))
    assert many < 12 * few


def test_a_long_document_costs_steps_in_proportion_and_a_bounded_memory() -> None:
    def pages(n: int):
        for number in range(1, n + 1):
            blocks = [
                line(50, y, f"{WORDS[number % 7]}{number} {y} {WORDS[y % 7]}", size=9 + number % 50)
                for y in range(10, 780, 70)
            ]
            yield page(blocks, number)

    few, many = (steps(lambda n=n: learn(pages(n))) for n in (200, 2_000))
    assert many < 12 * few
    styles = learn(pages(2_000))
    assert len(styles.levels) <= 2_000
    assert len(styles.furniture.texts) + len(styles.furniture.offsets) <= 2_000
