"""Tables whose rules are drawn, and frames that are no tables."""

from itertools import pairwise

from layout.sheets import prose
from layout.table_sheets import grid, laid_out, level, row, spans, tables, text, upright
from pagemill.model.page import BlockKind, Box

XS, YS = (72, 200, 300, 400), (100, 120, 140, 160)
INSIDE = [x + 4 for x in XS[:-1]]


def cells(words: str, y: float = 105, step: float = 20) -> list:
    rows = [line.split("|") for line in words.splitlines()]
    return [b for n, line in enumerate(rows) for b in row(y + step * n, INSIDE, line)]


BODY = "Fruit|Price|Stock\nApple|1.20|14\nPear|2.40|3"


def test_a_grid_of_rules_is_a_table() -> None:
    [table] = tables(cells(BODY), grid(XS, YS))
    assert table == [["Fruit", "Price", "Stock"], ["Apple", "1.20", "14"], ["Pear", "2.40", "3"]]


def test_rules_drawn_cell_by_cell_and_doubled_make_the_same_table() -> None:
    pieces = [
        rule
        for x0, x1 in pairwise(XS)
        for y0, y1 in pairwise(YS)
        for rule in grid((x0, x1 - 1), (y0, y1 - 1))
    ]
    assert tables(cells(BODY), pieces) == tables(cells(BODY), grid(XS, YS))


def test_a_line_that_crosses_a_border_is_cut_between_its_words() -> None:
    blocks = [
        *row(105, (76, 204, 240), ["Fruit", "Price", "Stock"]),
        text(150, 125, "Apple pie 1.20 a 14"),
    ]
    [table] = tables(blocks, grid((72, 198, 232, 400), YS[:3]))
    assert table == [["Fruit", "Price", "Stock"], ["Apple pie", "1.20 a", "14"]]


def test_a_missing_rule_makes_a_cell_that_spans() -> None:
    rules = [
        *grid(XS, YS)[:4],
        upright(72, 100, 160),
        upright(200, 100, 160),
        upright(300, 120, 160),
        upright(400, 100, 160),
    ]
    blocks = cells("Fruit|Spring|\n|Price|Stock\nApple|1.20|14")
    [table] = [b for b in laid_out(blocks, rules) if b.kind is BlockKind.TABLE]
    assert spans(table) == {"Spring": (1, 2)}
    rules[1] = level(120, 200, 400)
    [table] = [b for b in laid_out(blocks, rules) if b.kind is BlockKind.TABLE]
    assert spans(table) == {"Spring": (1, 2), "Fruit": (2, 1)}


def test_a_table_without_an_outer_frame_ends_where_its_rules_end() -> None:
    rules = [level(y, 72, 400) for y in YS] + [upright(x, 100, 160) for x in XS[1:3]]
    assert tables(cells(BODY), rules) == tables(cells(BODY), grid(XS, YS))


def test_level_rules_broken_at_columns_make_columns() -> None:
    rules = [level(y, x0, x1 - 0.5) for y in YS for x0, x1 in pairwise(XS)] + [
        upright(XS[0], 100, 160)
    ]
    assert tables(cells(BODY), rules) == tables(cells(BODY), grid(XS, YS))


def test_lines_of_one_cell_are_joined() -> None:
    blocks = [
        *cells(BODY),
        text(76, 165, "A kind that is"),
        text(76, 177, "seldom seen"),
        *row(170, INSIDE[1:], ["9.99", "1"]),
    ]
    [table] = tables(blocks, grid(XS, (*YS, 190)))
    assert table[-1] == ["A kind that is seldom seen", "9.99", "1"]


def test_a_frame_around_a_paragraph_is_no_table() -> None:
    blocks = [text(80, 105 + 12 * n, line) for n, line in enumerate(prose("Note", 4))]
    assert tables(blocks, grid((72, 400), (100, 160))) == []


def test_boxes_in_one_row_or_in_one_column_are_no_table() -> None:
    assert tables(cells("One|Two|Three"), grid(XS, YS[:2])) == []
    assert tables(cells("One||\nTwo||\nThree||"), grid(XS[:2], YS)) == []


def test_the_lines_of_a_chart_are_no_table() -> None:
    rules = grid(range(100, 400, 30), range(100, 300, 20))
    blocks = [text(80, 95 + 20 * n, str(n)) for n in range(10)]
    blocks += [text(140, 145, "peak"), text(220, 185, "trough")]
    assert tables(blocks, rules) == []


def test_a_page_border_is_no_table() -> None:
    blocks = [text(80, 105 + 12 * n, line) for n, line in enumerate(prose("Note", 20))]
    assert tables(blocks, [*grid((30, 580), (30, 760)), *grid((34, 576), (34, 756))]) == []


def test_a_table_within_a_cell_is_text_of_that_cell() -> None:
    inner = grid((206, 250, 294), (126, 136, 146))
    blocks = cells("Fruit|Kinds|Stock")
    blocks += row(127, (76, 208, 252, 304), ("Apple", "red", "big", "4"))
    blocks += row(137, (208, 252), ("green", "tart"))
    [table] = tables(blocks, [*grid(XS, (100, 120, 152)), *inner])
    assert table == [["Fruit", "Kinds", "Stock"], ["Apple", "red big green tart", "4"]]


def test_text_around_a_table_stays_where_it_is() -> None:
    before, after = text(72, 80, "Before the table"), text(72, 180, "After the table")
    kinds = [(b.kind, b.text) for b in laid_out([before, *cells(BODY), after], grid(XS, YS))]
    assert [kind for kind, _ in kinds] == ["paragraph", "table", "paragraph"]
    assert [said for _, said in kinds] == ["Before the table", "", "After the table"]


def test_rows_and_columns_without_text_are_left_out() -> None:
    [table] = tables(cells("A||C\n||\nD||F"), grid(XS, YS))
    assert table == [["A", "C"], ["D", "F"]]


def test_boxes_that_are_no_numbers_are_no_rules() -> None:
    nan = float("nan")
    rules = [Box(nan, nan, nan, nan), Box(0, nan, 1e30, nan), Box(5, 5, -5, -5), *grid(XS, YS)]
    assert tables(cells(BODY), rules) == tables(cells(BODY), grid(XS, YS))
