"""Tables without full ruling: which columns, rows, headers and spans the pieces make."""

from collections.abc import Sequence
from dataclasses import replace

from layout.sheets import LETTER_WIDTH
from pagemill.layout.lines import Line
from pagemill.layout.tables.unruled.unruled import cells_of
from pagemill.model.page import Box, Cell

XS = (0.0, 120.0, 170.0, 220.0, 270.0)
STEP = 14.0


def piece(x: float, y: float, text: str, *, height: float = 10.0, width: float = 0.0) -> Line:
    box = Box(x, y, x + (width or LETTER_WIDTH * len(text)), y + height)
    return Line(box, box, text)


def table(*rows: Sequence[str], xs: Sequence[float] = XS, step: float = STEP) -> list[Line]:
    """One piece for each text that is not empty; spaces before it move it to the right."""
    return [
        piece(x + LETTER_WIDTH * (len(text) - len(text.lstrip())), step * number, text.strip())
        for number, row in enumerate(rows)
        for x, text in zip(xs, row, strict=False)
        if text
    ]


def level(y: float, x0: float = 0.0, x1: float = 300.0) -> Box:
    return Box(x0, y, x1, y + 0.5)


def grid(cells: Sequence[Cell]) -> list[list[str]]:
    """Texts by row; `<` stands under a span."""
    width = max(cell.column + cell.column_span for cell in cells)
    rows = [[""] * width for _ in range(max(cell.row for cell in cells) + 1)]
    for cell in cells:
        for column in range(cell.column, cell.column + cell.column_span):
            rows[cell.row][column] = "<"
        rows[cell.row][cell.column] = cell.text
    return rows


def read(pieces: Sequence[Line], *rules: Box) -> list[list[str]]:
    return grid(cells_of(pieces, rules))


NUMBERS = (
    ("Name", "Mean", "SD", "Low", "High"),
    ("Age", "12.1", "1.1", "10", "14"),
    ("Weight", "55.0", "3.4", "41", "70"),
    ("Height", "160.2", "9.9", "140", "181"),
)


def test_rows_and_columns_follow_from_gaps() -> None:
    assert read(table(*NUMBERS)) == [list(row) for row in NUMBERS]


def test_an_empty_place_stays_empty() -> None:
    rows = [list(row) for row in NUMBERS]
    rows[2][2] = rows[3][4] = ""
    assert read(table(*rows)) == rows


def test_a_header_stands_over_the_columns_it_is_centred_on() -> None:
    pieces = table(
        ("Name", "    Group A", "", "    Group B", ""),
        ("", *NUMBERS[0][1:]),
        *NUMBERS[1:],
    )
    assert read(pieces)[0] == ["Name", "Group A", "<", "Group B", "<"]


def test_a_rule_under_a_header_says_how_far_it_reaches() -> None:
    pieces = table(("Name", "All", "", "", ""), ("", *NUMBERS[0][1:]), *NUMBERS[1:])
    assert read(pieces, level(12, 118, 290))[0] == ["Name", "All", "<", "<", "<"]


def test_what_stands_over_the_first_long_rule_is_the_head() -> None:
    pieces = table(("Name", "Job"), ("Ann", "baker"), ("Bob", "smith"), ("Cy", "cook"))
    heads = {cell.text for cell in cells_of(pieces, [level(12, 0, 150)]) if cell.is_header}
    assert heads == {"Name", "Job"}


def test_what_stands_over_the_first_numbers_is_the_head() -> None:
    heads = [cell.text for cell in cells_of(table(*NUMBERS), ()) if cell.is_header]
    assert heads == list(NUMBERS[0])


def test_a_label_that_runs_on_takes_two_lines_of_one_row() -> None:
    pieces = table(*NUMBERS, ("Circumference of the",), ("upper arm in rest", "1", "2", "3", "4"))
    assert read(pieces)[-1] == ["Circumference of the upper arm in rest", "1", "2", "3", "4"]


def test_a_heading_over_a_group_of_rows_stands_over_all_columns() -> None:
    pieces = table(*NUMBERS, ("Women",), ("  Age", "1", "2", "3", "4"))
    assert read(pieces)[4:] == [["Women", "<", "<", "<", "<"], ["Age", "1", "2", "3", "4"]]


def test_a_label_stands_beside_all_rows_that_a_rule_parts_only_beside_it() -> None:
    pieces = table(*NUMBERS[:2], ("", "13.0", "1.2", "11", "15"), *NUMBERS[2:])
    cells = cells_of(pieces, [level(2 * STEP - 2, 100, 300), level(3 * STEP - 2)])
    spans = {cell.text: cell.row_span for cell in cells if cell.column == 0}
    assert spans == {"Name": 1, "Age": 2, "Weight": 1, "Height": 1}


def test_the_second_line_of_a_header_beside_headed_ones_is_no_header_of_its_own() -> None:
    pieces = table(
        ("Sample", "    Group A", "", "    Group B", ""), ("size", *NUMBERS[0][1:]), *NUMBERS[1:]
    )
    pieces = [replace(p, box=moved(p.box)) if p.text == "Sample" else p for p in pieces]
    first = cells_of(pieces, ())[0]
    assert (first.text, first.row_span, first.is_header) == ("Sample size", 2, True)


def moved(box: Box) -> Box:
    return Box(box.x0, box.y0 + 2, box.x1, box.y1 + 2)


def test_a_header_of_more_lines_than_the_table_has_rows_ends_at_its_rule() -> None:
    pieces = table(("Name", "Mean"), ("", "of all"), ("", "values"), ("Age", "12"))
    heads = {cell.text for cell in cells_of(pieces, [level(40)]) if cell.is_header}
    assert heads == {"Name", "Mean of all values"}


def test_a_row_without_values_that_reads_on_joins_the_row_above() -> None:
    pieces = table(
        ("Drug", "Given to", "Dose"),
        ("Aspirin for", "patients with", "12.0"),
        ("the heart", "low pressure", ""),
        ("Placebo", "all others", "13.0"),
        xs=(0, 100, 200),
    )
    assert read(pieces)[1:] == [
        ["Aspirin for the heart", "patients with low pressure", "12.0"],
        ["Placebo", "all others", "13.0"],
    ]


def test_lines_that_stand_closer_than_rows_are_one_row() -> None:
    pieces = [*table(*NUMBERS, step=20), piece(120, 69, "(5.0)"), piece(170, 69, "(1)")]
    assert read(pieces)[-1] == ["Height", "160.2 (5.0)", "9.9 (1)", "140", "181"]


def test_rows_in_groups_set_apart_stay_rows() -> None:
    pieces = table(*NUMBERS, step=12)
    pieces += [piece(x, 64, text) for x, text in zip(XS, ("Men", "1", "2", "3", "4"), strict=True)]
    pieces += [piece(x, 76, text) for x, text in zip(XS, ("Boys", "1", "2", "3", "4"), strict=True)]
    assert [row[0] for row in read(pieces)] == [*(row[0] for row in NUMBERS), "Men", "Boys"]


def test_two_cells_read_as_one_are_parted_at_the_space_between_them() -> None:
    pieces = [line for line in table(*NUMBERS) if line.text not in ("41", "70")]
    pieces.append(piece(220, 2 * STEP, "41 70", width=62))
    assert read(pieces)[2] == list(NUMBERS[2])


def test_a_small_sign_joins_the_cell_beside_it() -> None:
    pieces = [*table(*NUMBERS), piece(141, STEP - 2, "a", height=5)]
    assert read(pieces)[1] == ["Age", "12.1 a", "1.1", "10", "14"]


def test_a_table_that_runs_from_right_to_left_counts_its_columns_from_the_right() -> None:
    pieces = table(("12", "سعر"), ("15", "وزن"), ("19", "طول"), xs=(0, 200))
    assert [row[0] for row in read(pieces)] == ["سعر", "وزن", "طول"]


def test_no_pieces_are_no_cells() -> None:
    assert cells_of([], [level(5)]) == ()
