"""What stands beside the text: the numbers of lines, and what is written sideways or aslant."""

import re
from collections.abc import Sequence
from dataclasses import replace

from layout.sheets import column, laid_out, line, prose
from pagemill.model.page import Block, BlockKind, Box


def of_kind(blocks: Sequence[Block], kind: BlockKind) -> str:
    return " ".join(block.text for block in laid_out(blocks) if block.kind is kind)


def names(blocks: Sequence[Block]) -> str:
    text = " ".join(block.text for block in laid_out(blocks))
    return " ".join(re.findall(r"\b[A-Z]\d+\b", text))


# ---------------------------------------------------------------- the numbers of lines


def test_numbers_that_count_lines_in_the_margin_are_no_text() -> None:
    text = column(90, 50, prose("A", 20, 70))
    numbers = column(50, 50, [str(number) for number in range(1, 26)])
    found = of_kind([*text, *numbers], BlockKind.PARAGRAPH)
    assert found.startswith("A0 lorem")
    assert not re.search(r"\b\d+\b", found)
    assert of_kind([*text, *numbers], BlockKind.FOOTER).split() == [str(n) for n in range(1, 26)]


def test_every_fifth_line_may_be_counted_at_the_right() -> None:
    text = column(50, 50, prose("A", 30, 90))
    numbers = [line(560, 50 + 12 * row, str(row + 1)) for row in range(4, 30, 5)]
    assert of_kind([*text, *numbers], BlockKind.FOOTER).split() == [
        "5",
        "10",
        "15",
        "20",
        "25",
        "30",
    ]


def test_numbers_of_paragraphs_stay_with_them() -> None:
    rows = [0, 3, 5, 9, 14, 16]
    text = column(90, 50, prose("A", 20, 70))
    numbers = [line(60, 50 + 12 * row, str(count + 1)) for count, row in enumerate(rows)]
    assert not of_kind([*text, *numbers], BlockKind.FOOTER)


def test_the_numbers_of_a_table_s_rows_stay_with_them() -> None:
    rows = [["name", "of a thing", "1.20"]] * 12
    cells = [
        line(90 + 80 * place, 50 + 12 * row, text)
        for row, texts in enumerate(rows)
        for place, text in enumerate(texts)
    ]
    numbers = column(60, 50, [str(number) for number in range(1, 13)])
    assert not of_kind([*cells, *numbers], BlockKind.FOOTER)


# ---------------------------------------------------------------- sideways and aslant


def sideways(x: float, y: float, text: str) -> Block:
    return replace(line(x, y, text), box=Box(x, y, x + 10, y + 5 * len(text)))


def test_a_label_on_its_side_is_read_after_the_text_it_stands_beside() -> None:
    text = column(50, 50, prose("A", 20, 70))
    label = sideways(30, 80, "L0 a label on its side")
    assert names([*text, label]) == " ".join([*(f"A{row}" for row in range(20)), "L0"])


def test_labels_on_their_side_are_read_line_by_line() -> None:
    text = column(50, 50, prose("A", 20, 70))
    labels = [sideways(480, 80, "L0 the first of two"), sideways(466, 80, "L1 and the second")]
    assert names([*labels[::-1], *text]).endswith("A19 L0 L1")


def test_a_slanted_stamp_over_two_columns_does_not_part_them() -> None:
    typed = [
        replace(block, font_size=10.0, confidence=None)
        for block in (*column(50, 50, prose("A", 20)), *column(320, 50, prose("B", 20)))
    ]
    box = Box(150, 60, 450, 260)
    stamp = Block(BlockKind.LINE, box, "S0 DRAFT FOR REVIEW", font_size=40.0)
    columns = [f"{name}{row}" for name in "AB" for row in range(20)]
    assert names([stamp, *typed]) == " ".join([*columns, "S0"])
