"""Which pieces make one line: raised and lowered letters, fractions, and the large first letter of
a text.
"""

import random
from collections.abc import Callable

import pytest

from layout.sheets import column, laid_out, line, prose, texts
from layout.steps import steps
from pagemill.layout.lines import Line, line_of
from pagemill.layout.order.rows import rows
from pagemill.model.page import Block, BlockKind, Box


def piece(x0: float, y0: float, x1: float, text: str, size: float = 10.0) -> Block:
    """A piece of a text layer's line: its words share the width evenly."""
    words = text.split()
    step = (x1 - x0) / len(words)
    edges = tuple((x0 + n * step, x0 + (n + 1) * step - 6) for n in range(len(words) - 1))
    last = (x0 + (len(words) - 1) * step, x1)
    box = Box(x0, y0, x1, y0 + size)
    return Block(BlockKind.LINE, box, text, font_size=size, words=(*edges, last))


def said(*blocks: Block) -> list[str]:
    mixed = random.Random(2).sample(blocks, len(blocks))
    found = [line for block in mixed if (line := line_of(block))]
    return [row.text for row in rows(sorted(found, key=_middle))]


def _middle(line: Line) -> float:
    return line.middle


def test_a_raised_letter_stands_at_its_word_whatever_is_drawn_after_it() -> None:
    whole = piece(50, 50, 200, "for every N in S there is one")
    raised = piece(whole.words[4][1] + 0.3, 47, whole.words[4][1] + 3, "n", 7)
    assert said(raised, whole) == ["for every N in Sn there is one"]


def test_letters_over_and_under_a_sign_make_no_rows() -> None:
    sign = piece(50, 50, 100, "from R")
    lowered, raised = piece(100.5, 55, 104, "0", 7), piece(100.5, 47, 105, "+", 7)
    rest = piece(112, 50, 180, "on and on")
    assert said(sign, lowered, raised, rest) == ["from R+0 on and on"]


def test_a_raised_letter_belongs_to_the_line_that_has_room_for_it() -> None:
    upper = piece(50, 50, 250, "words that stand on the upper line")
    lower = piece(50, 61, 110, "and f")
    raised, rest = piece(110.5, 58.5, 118, "-1", 7), piece(118.5, 61, 200, "(U) below")
    assert said(upper, lower, raised, rest) == [upper.text, "and f-1(U) below"]


def test_limits_stand_behind_the_sign_that_they_belong_to() -> None:
    row = [piece(50, 50, 90, "so is"), piece(95, 50, 105, "∑"), piece(110, 50, 160, "of all")]
    below = piece(93, 61, 107, "i=1", 7)
    text = [piece(50, 80 + 12 * n, 300, prose("A", 3)[n]) for n in range(3)]
    assert said(*row, below, *text)[0] == "so is ∑ i=1 of all"


def test_small_type_under_a_title_is_a_line_of_its_own() -> None:
    title = piece(50, 50, 200, "Page 2 Heading", 18)
    assert said(title, piece(60, 71, 105, "Body text.", 12)) == ["Page 2 Heading", "Body text."]


def test_the_mark_of_a_footnote_does_not_change_a_number() -> None:
    number, mark = piece(50, 50, 90, "in 1912"), piece(90.3, 47, 94, "3", 7)
    assert said(number, mark, piece(100, 50, 160, "and on")) == ["in 1912 3 and on"]


def test_raised_letters_do_not_make_a_row_taller() -> None:
    body, mark = line_of(piece(50, 50, 90, "word")), line_of(piece(90.3, 45, 94, "3", 7))
    assert body
    assert mark
    (row,) = rows([mark, body])
    assert (row.box.y0, row.box.y1) == (body.box.y0, body.box.y1)
    assert row.words == ((50, 94),)


# ---------------------------------------------------------------- large first letters


def beginning(first: str, indent: float = 0.0, size: float = 0.0) -> list[Block]:
    """A letter as tall as two lines, the lines beside it, and three below."""
    texts_ = prose("his", 5, 40)
    capital = Block(
        BlockKind.LINE, Box(50, 50, 70, 72), first, None if size else 0.9, font_size=2.6 * size
    )
    beside = [line(74 + indent, 50, texts_[0], size=size), line(74, 62, texts_[1], size=size)]
    return [capital, *beside, *(line(50, 74 + 12 * n, texts_[n + 2], size=size) for n in range(3))]


@pytest.mark.parametrize("size", [0.0, 10.0])
def test_a_large_first_letter_joins_its_word_and_its_paragraph(size: float) -> None:
    (paragraph,) = laid_out(beginning("T", size=size))
    assert paragraph.text.startswith("This0 lorem ipsum")
    assert paragraph.box.x0 == 50
    assert paragraph.text.index("his1") < paragraph.text.index("his2")


def test_a_large_first_letter_that_is_a_word_stays_one() -> None:
    (paragraph,) = laid_out(beginning("A", indent=3))
    assert paragraph.text.startswith("A his0 lorem")


def test_a_large_letter_with_nothing_beside_it_is_a_line() -> None:
    capital = Block(BlockKind.LINE, Box(50, 50, 70, 72), "A", 0.9)
    assert texts([capital, *column(50, 90, prose("B", 4))])[0] == "A"


def test_a_short_line_close_under_a_title_is_no_part_of_it() -> None:
    title, under = piece(72, 78, 178, "Page 1 of 1", 24), piece(72, 101, 150, "This is leaf 1.", 11)
    body = [piece(72, 116 + 14 * row, 480, "the text of the page goes on", 11) for row in range(4)]
    assert said(title, under, *body)[:2] == ["Page 1 of 1", "This is leaf 1."]


def test_small_lines_beside_a_title_are_no_part_of_it() -> None:
    title = piece(50, 50, 180, "Proposed Rules", 18)
    small = [piece(400, 48, 460, "Federal Register", 8), piece(400, 64, 450, "Vol. 85", 8)]
    assert said(title, *small) == ["Proposed Rules", "Federal Register", "Vol. 85"]


def test_a_small_unit_close_behind_a_large_number_is_of_its_row() -> None:
    assert said(piece(50, 50, 110, "12 500", 18), piece(116, 56, 150, "in USD", 8)) == [
        "12 500 in USD"
    ]


# ---------------------------------------------------------------- formulas


def in_file(*blocks: Block) -> list[str]:
    """As `said`, of blocks that stand in the file in this order."""
    found = [line for at, block in enumerate(blocks) if (line := line_of(block, at))]
    return [row.text for row in rows(sorted(found, key=_middle))]


def fraction(x: float, over: str, under: str) -> tuple[Block, Block]:
    return piece(x, 42, x + 5, over), piece(x, 58, x + 5, under)


def test_a_fraction_is_read_where_the_file_has_it() -> None:
    formula = piece(50, 50, 70, "x ="), *fraction(74, "1", "2"), piece(82, 50, 120, "+ y")
    assert in_file(*formula) == ["x = 1 2 + y"]
    assert said(*formula) == ["1", "x = + y", "2"]


def test_each_matrix_stands_between_what_it_is_multiplied_with() -> None:
    dot, end = piece(92, 50, 96, "·"), piece(118, 50, 140, "= 0")
    left = [piece(x, y, x + 5, n) for n, x, y in (("1", 74, 43), ("2", 84, 43), ("3", 74, 57))]
    right = [piece(x, y, x + 5, n) for n, x, y in (("a", 100, 43), ("b", 110, 43), ("c", 110, 57))]
    assert in_file(piece(50, 50, 70, "A ="), *left, dot, *right, end) == ["A = 1 2 3 · a b c = 0"]


def test_rows_of_a_table_that_is_written_by_columns_stay_rows() -> None:
    first = [piece(50, 50 + 14 * n, 80, f"row {n}") for n in range(3)]
    second = [piece(90, 50 + 14 * n, 120, f"{n} cm") for n in range(3)]
    assert in_file(*first, *second) == ["row 0 0 cm", "row 1 1 cm", "row 2 2 cm"]


def test_a_line_between_two_pieces_of_another_stays_a_line() -> None:
    upper = piece(50, 50, 100, "words that"), piece(240, 50, 300, "go on")
    below = piece(105, 64, 235, "and a sentence that has more letters")
    assert in_file(upper[0], below, upper[1]) == ["words that go on", below.text]


def one_after_the_other(count: int) -> list[Block]:
    """One endless row of fractions."""
    parts = [
        (piece(40.0 * n, 50, 40 * n + 20, "x ="), *fraction(40 * n + 24, "1", "2"))
        for n in range(count)
    ]
    return [block for part in parts for block in part]


def under_each_other(count: int) -> list[Block]:
    """Rows that nearly touch, each with a fraction in it."""
    parts = [
        (
            piece(50, y, 70, "x ="),
            piece(74, y - 8, 79, "1"),
            piece(74, y + 8, 79, "2"),
            piece(82, y, 99, "+"),
        )
        for y in (3.0 * n for n in range(count))
    ]
    return [block for part in parts for block in part]


@pytest.mark.parametrize("made", [one_after_the_other, under_each_other])
def test_twice_the_formulas_take_about_twice_the_steps(
    made: Callable[[int], list[Block]],
) -> None:
    def cost(count: int) -> int:
        lines = [one for at, block in enumerate(made(count)) if (one := line_of(block, at))]
        return steps(lambda: rows(lines))

    assert cost(400) < 2.6 * cost(200)
