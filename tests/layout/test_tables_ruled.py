"""Tables whose rules are drawn, and frames that are no tables."""

from dataclasses import replace
from itertools import pairwise

from layout.sheets import prose
from layout.table_sheets import grid, laid_out, level, row, ruled_page, spans, tables, text, upright
from pagemill.layout import arrange
from pagemill.model.page import BlockKind, Box, Link

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
    blocks += [text(140, 145, "peak"), text(220, 185, "valley")]
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


def test_paragraphs_of_a_cell_keep_their_lines_where_a_blank_one_parts_them() -> None:
    words = ["Short one", "second", "A third that is long", "and goes on"]
    cell = [text(76, y, said) for y, said in zip((125, 149, 173, 185), words, strict=True)]
    rest = [*cells("Fruit|Price|Stock"), *row(125, INSIDE[1:], ["1", "2"])]
    [table] = tables([*rest, *cell], grid(XS, (100, 120, 200)))
    assert table[1][0] == "Short one\nsecond\nA third that is long and goes on"


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


def test_a_table_that_touches_the_sides_of_its_cell_is_nested_too() -> None:
    inner = grid((206, 250, 294), (120, 136, 146))
    blocks = cells("Fruit|Kinds|Stock")
    blocks += row(123, (76, 208, 252, 304), ("Apple", "red", "big", "4"))
    blocks += row(137, (208, 252), ("green", "tart"))
    [table] = tables(blocks, [*grid(XS, (100, 120, 152)), *inner])
    assert table == [["Fruit", "Kinds", "Stock"], ["Apple", "red big green tart", "4"]]


def test_lines_of_numbers_are_rows_though_only_the_head_is_ruled_off() -> None:
    body = [row(124 + 12 * n, INSIDE, (f"Kind {n}", f"{n}.50", str(90 - n))) for n in range(5)]
    blocks = [*cells("Fruit|Price|Stock"), *(b for line in body for b in line)]
    [table] = tables(blocks, grid(XS, (100, 120, 190)))
    assert table[1:] == [[f"Kind {n}", f"{n}.50", str(90 - n)] for n in range(5)]


def test_white_through_all_cells_parts_rows_with_labels() -> None:
    blocks = [
        *row(124, INSIDE, ("Apple", "sweet and", "in the")),
        *row(136, INSIDE, ("", "a bit tart", "cellar")),
        *row(164, INSIDE, ("Pear", "soft when", "on the")),
        *row(176, INSIDE, ("", "it is ripe", "shelf")),
    ]
    [table] = tables([*cells("Fruit|Taste|Place"), *blocks], grid(XS, (100, 120, 195)))
    assert table[1:] == [
        ["Apple", "sweet and a bit tart", "in the cellar"],
        ["Pear", "soft when it is ripe", "on the shelf"],
    ]


def test_rows_of_which_one_cell_wraps_are_told_apart() -> None:
    blocks = [
        *row(124, INSIDE, ("Apple", "12.50 or if", "14")),
        *row(136, INSIDE, ("", "you ask 9.50", "")),
        *row(148, INSIDE, ("Pear", "3.00", "20")),
    ]
    [table] = tables([*cells("Fruit|Price|Stock"), *blocks], grid(XS, (100, 120, 165)))
    assert table[1:] == [["Apple", "12.50 or if you ask 9.50", "14"], ["Pear", "3.00", "20"]]


def test_running_text_in_cells_is_not_cut_into_rows() -> None:
    wrapped = [
        "A cell that goes on and",
        "on until it has no more",
        "room on its line and so",
        "ends",
    ]
    blocks = [b for n, line in enumerate(wrapped) for b in row(124 + 12 * n, INSIDE[:1], (line,))]
    blocks += [
        text(204, 124 + 12 * n, line)
        for n, line in enumerate(["with another", "that wraps as", "often as it", "can"])
    ]
    [table] = tables(
        [*cells("One|Two|Three"), *blocks, text(304, 142, "7")], grid(XS, (100, 120, 180))
    )
    assert table[1] == [" ".join(wrapped), "with another that wraps as often as it can", "7"]


def test_columns_that_only_white_parts_are_columns() -> None:
    rows = [
        row(104 + 20 * n, (76, 204, 330), (f"Kind {n}", f"{n}.50", str(90 - n))) for n in range(8)
    ]
    rules = grid((72, 200, 400), range(100, 261, 20))
    [table] = tables([b for line in rows for b in line], rules)
    assert table == [[f"Kind {n}", f"{n}.50", str(90 - n)] for n in range(8)]


def test_rows_without_upright_rules_get_the_columns_of_their_head() -> None:
    rules = [level(y, 72, 400) for y in (100, 120, 140, 160)]
    rules += [upright(x, 100, 120) for x in XS]
    assert tables(cells(BODY), rules) == tables(cells(BODY), grid(XS, YS))


def test_items_of_a_list_in_a_cell_keep_their_lines() -> None:
    blocks = [
        *row(104, INSIDE, ("Do", "Why", "When")),
        text(76, 124, "\u2022 wash it"),
        text(76, 136, "\u2022 cut it"),
    ]
    blocks += row(124, INSIDE[1:], ("taste", "now"))
    [table] = tables(blocks, grid(XS, (100, 120, 150)))
    assert table[1][0] == "\u2022 wash it\n\u2022 cut it"


def heads(block) -> list[str]:
    return [cell.text for cell in block.cells if cell.is_header]


def test_words_over_numbers_are_the_head() -> None:
    [table] = laid_out(cells(BODY), grid(XS, YS))
    assert heads(table) == ["Fruit", "Price", "Stock"]


def test_a_bold_row_over_plain_ones_is_the_head() -> None:
    blocks = [*row(105, INSIDE, ("2001", "2002", "2003"), bold=True), *cells("1|2|3\n4|5|6", y=125)]
    [table] = laid_out(blocks, grid(XS, YS))
    assert heads(table) == ["2001", "2002", "2003"]


def test_numbers_over_numbers_are_no_head() -> None:
    [table] = laid_out(cells("1|2|3\n4|5|6\n7|8|9"), grid(XS, YS))
    assert heads(table) == []


def test_boxes_of_all_sizes_are_a_diagram() -> None:
    rules = [
        *grid((80, 180), (100, 120, 160)),
        *grid((180, 240, 330), (110, 190)),
        *grid((120, 300), (160, 220, 230)),
    ]
    blocks = [
        text(84, 105, "Class"),
        text(84, 130, "+ id"),
        text(190, 130, "links"),
        text(250, 150, "Other"),
    ]
    blocks += [text(130, 180, "Third"), text(130, 224, "last")]
    assert tables(blocks, rules) == []


def test_links_in_cells_stand_in_the_order_of_the_cells() -> None:
    blocks = [
        *cells("Fruit|Price|Stock"),
        *row(125, INSIDE, ("Apple", "1.20", "here")),
        text(76, 137, "tree"),
    ]
    areas = [(304, 125), (76, 137), (76, 125)]
    links = tuple(Link(Box(x, y, x + 20, y + 10), f"https://a.example/{x}/{y}") for x, y in areas)
    raw = ruled_page(blocks, grid(XS, (100, 120, 155)))
    raw = replace(raw, marks=replace(raw.marks, links=links))
    [table] = arrange(lambda: iter([raw]))(raw).blocks
    assert [link.text for link in table.links] == ["Apple", "tree", "here"]


def shades(xs, ys, gap: float = 1.0) -> list[Box]:
    return [
        Box(x0 + gap / 2, y0 + gap / 2, x1 - gap / 2, y1 - gap / 2)
        for x0, x1 in pairwise(xs)
        for y0, y1 in pairwise(ys)
    ]


def test_shaded_cells_are_a_table_without_rules() -> None:
    words = "Name|City|Trade\nAda|London|Sums\nKarl|Jena|Glass"
    assert tables(cells(words), (), shades(XS, YS)) == tables(cells(words), grid(XS, YS))


def test_cards_with_room_between_are_no_table() -> None:
    cards = [
        text(x + 8, y + 10 + 12 * n, line)
        for x in (72, 300)
        for y in (100, 200)
        for n, line in enumerate(prose("Card", 5, 30))
    ]
    assert tables(cards, (), shades((72, 300, 520), (100, 200, 300), gap=16)) == []


def test_words_marked_in_colour_are_no_table() -> None:
    lines = [text(72, 100 + 12 * n, line) for n, line in enumerate(prose("Marked", 4, 60))]
    marked = [Box(72, 100 + 12 * n, 500, 112 + 12 * n) for n in range(4)]
    marked += [Box(150 + 20 * n, 100 + 12 * n, 230 + 30 * n, 112 + 12 * n) for n in range(4)]
    assert tables(lines, (), marked) == []


def test_shaded_lines_of_code_are_no_table() -> None:
    code = [b for n in range(5) for b in row(102 + 12 * n, (76, 104), (str(n + 1), "x += call(y)"))]
    code = [replace(block, is_mono=True) for block in code]
    assert tables(code, (), shades((72, 100, 400), range(100, 161, 12))) == []


def test_narrow_labels_beside_numbers_are_rows_though_their_column_is_full() -> None:
    xs = (72, 120, 200, 300)
    inside = (76, 124, 204)
    body = [("Economy", "44.0", "77"), ("States", "13.9", "12"), ("Flowers", "69.6", "76")]
    blocks = [*row(104, inside, ("What", "Then", "Now"))]
    blocks += [b for n, words in enumerate(body) for b in row(124 + 12 * n, inside, words)]
    [table] = tables(blocks, grid(xs, (100, 120, 162)))
    assert table[1:] == [list(words) for words in body]
