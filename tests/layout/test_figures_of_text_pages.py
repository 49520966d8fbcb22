"""Pictures and drawings of a page with a text layer become figures, with the words in them."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from layout.sheets import column, line, page, prose
from layout.steps import steps
from pagemill.layout import arrange
from pagemill.layout.figures.pictures import figures_of
from pagemill.layout.lines import line_of
from pagemill.model.page import Block, BlockKind, Box, Marks


def typed(blocks: Sequence[Block]) -> list[Block]:
    return [replace(block, font_size=10.0, confidence=None) for block in blocks]


def laid_out(blocks: Sequence[Block], marks: Marks) -> list[Block]:
    raw = replace(page(typed(blocks)), marks=marks)
    return list(arrange(lambda: iter([raw]))(raw).blocks)


def told(blocks: Sequence[Block], marks: Marks) -> list[tuple[str, str]]:
    return [(str(block.kind), block.text[:9]) for block in laid_out(blocks, marks)]


TEXT = [*column(50, 50, prose("A", 5, 90)), *column(50, 400, prose("B", 5, 90))]
CHART = Box(150, 150, 400, 350)


@pytest.mark.parametrize("kind", ["pictures", "drawings"])
def test_a_picture_between_paragraphs_is_a_figure_between_them(kind: str) -> None:
    marks = Marks(**{kind: (CHART,)})
    assert [kind for kind, _ in told(TEXT, marks)] == ["paragraph", "figure", "paragraph"]
    assert laid_out(TEXT, marks)[1].box == CHART


def test_words_in_and_around_a_chart_are_its_own() -> None:
    labels = [
        line(300, 180, "Sales"),
        *(line(135, 150 + 40 * n, str(50 - 10 * n)) for n in range(5)),
        *(line(170 + 50 * n, 354, f"Q{n + 1}") for n in range(4)),
        line(250, 368, "Quarter"),
    ]
    found = laid_out([*TEXT, *labels], Marks(drawings=(CHART,)))
    assert [block.kind for block in found] == ["paragraph", "figure", "paragraph"]
    assert sorted(found[1].text.split()) == sorted(" ".join(b.text for b in labels).split())
    assert found[1].box.x0 == 135


def test_labels_of_several_lines_are_read_one_by_one() -> None:
    """As the file has them; the eye would take the lines of both for rows."""
    boxes = [line(x, y, word) for x in (180, 280) for y, word in ((220, f"to {x}"), (232, "page"))]
    found = laid_out([*TEXT, *boxes], Marks(drawings=(CHART,)))
    assert found[1].text == "to 180\npage\nto 280\npage"


def test_the_text_around_a_chart_stays_text() -> None:
    above = column(
        50, 110, ["and a paragraph that ends above the chart with", "few words."], step=12
    )
    caption = line(200, 354, "Figure 1. Sales")
    found = laid_out([*TEXT, *above, caption], Marks(drawings=(CHART,)))
    assert [block.text for block in found if block.kind is BlockKind.FIGURE] == [""]
    assert ("caption", "Figure 1.") in told([*TEXT, *above, caption], Marks(drawings=(CHART,)))


def test_a_picture_behind_paragraphs_is_no_figure() -> None:
    behind = Box(40, 40, 520, 120)
    assert [kind for kind, _ in told(TEXT, Marks(pictures=(behind,)))] == ["paragraph", "paragraph"]


def test_pictures_upon_each_other_are_one_figure_and_ornaments_none() -> None:
    marks = Marks(pictures=(CHART, Box(390, 340, 450, 380)), drawings=(Box(20, 20, 40, 40),))
    figures = [block for block in laid_out(TEXT, marks) if block.kind is BlockKind.FIGURE]
    assert [block.box for block in figures] == [Box(150, 150, 450, 380)]


def test_a_picture_in_a_column_is_read_there() -> None:
    left, right = column(50, 50, prose("A", 20)), column(320, 50, prose("B", 8))
    picture, below = Box(320, 150, 540, 230), column(320, 240, prose("C", 4))
    found = told([*left, *right, *below], Marks(pictures=(picture,)))
    assert [text[:1] for _, text in found] == ["A", "B", "", "C"]


def test_a_thousand_pictures_on_one_spot_are_one_figure() -> None:
    marks = Marks(pictures=(CHART,) * 1_000, drawings=(CHART,) * 1_000)
    assert [kind for kind, _ in told(TEXT, marks)].count("figure") == 1


def test_pictures_side_by_side_are_read_from_left_to_right() -> None:
    pictures = Box(60, 160, 260, 300), Box(320, 150, 520, 310), Box(60, 320, 260, 380)
    figures = [block for block in laid_out(TEXT, Marks(pictures=pictures)) if not block.text]
    assert tuple(block.box for block in figures) == pictures


def test_charts_among_four_times_the_lines_take_about_four_times_the_steps() -> None:
    rng = random.Random(6)
    places = [(rng.uniform(0, 560), rng.uniform(0, 780)) for _ in range(12_000)]
    lines = [found for x, y in places if (found := line_of(line(x, y, "a b")))]
    marks = Marks(drawings=tuple(Box(60 * n, 60 * n, 60 * n + 50, 60 * n + 55) for n in range(9)))
    few = steps(lambda: figures_of(marks, lines[:3_000], 10.0))
    assert steps(lambda: figures_of(marks, lines, 10.0)) < 6 * few
