"""Labelled texts side by side: each is read whole, left to right."""

from dataclasses import replace

from layout.sheets import laid_out, line, texts
from pagemill.model.page import Block

LEFT = ["(a) Distribution of the", "errors over time, also", "in all the other years"]
RIGHT = ["(b) Distribution of the", "others over space, also", "in all the other places"]


def abreast(left: list[str], right: list[str]) -> list[Block]:
    """As an engine gives them: row by row."""
    rows = [
        [line(80, 100 + 12 * row, first), line(330, 100 + 12 * row, second)]
        for row, (first, second) in enumerate(zip(left, right, strict=True))
    ]
    return [block for row in rows for block in row]


def test_captions_side_by_side_are_read_one_after_the_other() -> None:
    for rows in (1, 2, 3):
        left, right = LEFT[:rows], RIGHT[:rows]
        assert texts(abreast(left, right)) == [" ".join(left), " ".join(right)]


def test_items_side_by_side_are_of_one_level() -> None:
    found = laid_out(abreast(LEFT[:2], RIGHT[:2]))
    assert [(block.kind, block.level) for block in found] == [("list_item", 1)] * 2


def test_numbered_fields_side_by_side_are_items() -> None:
    blocks = [line(80 + 150 * n, 100, f"{n}. Name and town") for n in (1, 2, 3)]
    assert texts(blocks) == [block.text for block in blocks]


def test_the_last_line_of_one_caption_stands_beside_nothing() -> None:
    blocks = [*abreast(LEFT[:2], RIGHT[:2]), line(80, 124, LEFT[2])]
    assert texts(blocks) == [" ".join(LEFT), " ".join(RIGHT[:2])]


def test_what_stands_under_both_belongs_to_neither() -> None:
    under = "The text goes on below both of them, from one side to the other."
    blocks = [*abreast(LEFT[:2], RIGHT[:2]), line(80, 124, under)]
    assert texts(blocks)[-1] == under


def test_labels_that_do_not_count_on_part_nothing() -> None:
    blocks = [
        replace(block, text=block.text.replace("(b)", "(d)")) for block in abreast(LEFT, RIGHT)
    ]
    assert texts(blocks[:2]) == [f"{LEFT[0]} {blocks[1].text}"]


def test_an_item_goes_on_in_the_middle_of_its_sentence_though_its_row_had_room() -> None:
    rows = ["(a) One of those that you may", "see in", "the whole of the other years"]
    assert texts([line(80, 100 + 12 * row, text) for row, text in enumerate(rows)]) == [
        " ".join(rows)
    ]


def under(*columns: list[str]) -> list[Block]:
    """Columns side by side, row by row."""
    places = sorted(
        (row, 80 + 170 * n) for n, column in enumerate(columns) for row in range(len(column))
    )
    return [line(x, 100 + 14 * row, columns[(x - 80) // 170][row]) for row, x in places]


def test_addresses_under_titles_side_by_side_are_read_one_after_the_other() -> None:
    bill = ["Bill to:", "Ann Scranton", "12 Vine Street", "Dover"]
    ship = ["Ship to:", "The Corner Store", "40 Mill Road"]
    assert texts(under(bill, ship)) == ["\n".join(bill), "\n".join(ship)]


def test_values_under_their_labels_stay_with_them() -> None:
    found = "\n".join(texts(under(["Invoice date:", "03/20/2023"], ["Due date:", "04/04/2023"])))
    assert found.index("03/20/2023") < found.index("Due date:")


def test_the_heads_of_a_table_part_no_rows() -> None:
    found = texts(under(["Item:", "Bread", "Milk"], ["Price:", "1.20", "0.90"]))
    assert found == ["Item: Price:\nBread 1.20\nMilk 0.90"]
