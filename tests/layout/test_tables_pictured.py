"""Tables on pages that were read as pictures: where they are believed, and how far they reach."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from layout.sheets import line, prose
from layout.table_sheets import level, written
from pagemill.layout import arrange
from pagemill.layout.lines import line_of
from pagemill.layout.tables.pictured.pictured import with_pictured_tables
from pagemill.model.page import Block, BlockKind, Box, Marks, PageText, Region
from pagemill.model.upright import Upright

XS = (72.0, 220.0, 300.0, 380.0)
ROWS = (
    ("Name", "Mean", "Low", "High"),
    ("Age", "12.1", "10", "14"),
    ("Weight", "55.0", "41", "70"),
    ("Height", "160.2", "140", "181"),
)
TABLE = Box(70, 298, 420, 355)


def rows(y: float = 300.0, texts: Sequence[Sequence[str]] = ROWS) -> list[Block]:
    return [
        line(x, y + 15 * number, text)
        for number, row in enumerate(texts)
        for x, text in zip(XS, row, strict=True)
    ]


def page(
    blocks: Sequence[Block],
    *regions: Box,
    rules: Sequence[Box] = (),
    size: tuple[int, int] = (612, 792),
) -> PageText:
    named = tuple(Region(BlockKind.TABLE, box, 0.9) for box in regions)
    raw = PageText(1, *size, tuple(blocks), "test", "1", regions=named)
    return replace(raw, marks=Marks(rules=tuple(rules)))


def laid_out(raw: PageText) -> tuple[Block, ...]:
    return arrange(lambda: iter([raw]))(raw).blocks


def tables(raw: PageText) -> list[list[list[str]]]:
    return [written(block) for block in laid_out(raw) if block.kind is BlockKind.TABLE]


def paragraphs(y: float, name: str) -> list[Block]:
    return [line(72, y + 12 * index, text) for index, text in enumerate(prose(name, 6, 70))]


SURROUNDED = [*paragraphs(100, "above"), *rows(), *paragraphs(500, "below")]
WHOLE = [list(row) for row in ROWS]


def test_a_region_that_is_a_table_becomes_one_between_the_text_around_it() -> None:
    blocks = laid_out(page(SURROUNDED, TABLE))
    assert [block.kind for block in blocks] == ["paragraph", "table", "paragraph"]
    assert written(blocks[1]) == WHOLE


def test_without_a_region_or_rules_rows_in_step_stay_text() -> None:
    assert tables(page(SURROUNDED)) == []


def test_many_rows_of_several_numbers_are_a_table_without_rules() -> None:
    values = [("Age", "12", "10", "14"), *((f"Row {n}", *"123") for n in range(6))]
    blocks = [*paragraphs(100, "above"), *rows(300, values), *paragraphs(500, "below")]
    assert tables(page(blocks)) == [[list(row) for row in values]]


def test_rules_of_its_width_show_a_table_that_no_region_names() -> None:
    rules = [level(y, 70, 420) for y in (296, 312, 360)]
    assert tables(page(SURROUNDED, rules=rules)) == [WHOLE]


def test_a_region_cut_too_close_still_gives_the_whole_table() -> None:
    assert tables(page(SURROUNDED, Box(70, 312, 390, 342))) == [WHOLE]


def test_rules_that_run_out_of_a_region_show_how_wide_its_table_is() -> None:
    rules = [level(y, 70, 420) for y in (296, 312, 360)]
    assert tables(page(SURROUNDED, Box(70, 298, 320, 355), rules=rules)) == [WHOLE]


def test_two_regions_upon_each_other_are_one_table() -> None:
    assert tables(page(SURROUNDED, Box(70, 298, 350, 355), Box(150, 298, 420, 340))) == [WHOLE]


def test_a_page_of_one_table_alone_is_a_table() -> None:
    raw = page([replace(b, box=moved(b.box, -60, -290)) for b in rows()], size=(360, 80))
    assert tables(raw) == [WHOLE]


def test_a_page_with_the_margins_of_a_page_is_no_table_as_a_whole() -> None:
    """As an invoice, whose addresses, items and totals stand side by side, too."""
    raw = page([replace(b, box=moved(b.box, -40, -270)) for b in rows()], size=(380, 110))
    assert tables(raw) == []


def test_a_table_alone_may_have_labels_of_several_lines_and_headers_above_each_other() -> None:
    blocks = [
        line(150, 4, "Given"),
        *[line(x, 16, text) for x, text in ((4, "Drug"), (150, "at all"), (220, "Mean"))],
    ]
    for number in range(4):
        y = 34 + 40 * number
        blocks += [line(4, y, "Tablets of"), line(150, y, f"1{number}"), line(220, y, "2.5")]
        blocks += [line(4, y + 12, "both kinds"), line(4, y + 24, "together")]
    rows = [["Drug", "Given at all", "Mean"]]
    rows += [["Tablets of both kinds together", f"1{number}", "2.5"] for number in range(4)]
    assert tables(page(blocks, size=(300, 200))) == [rows]


@pytest.mark.parametrize(("top", "found"), [(2, 1), (34, 0)])
def test_two_columns_alone_are_a_table_between_rules(top: float, found: int) -> None:
    texts = (("Country", "Capital"), ("France", "Paris"), ("Spain", "Madrid"), ("Peru", "Lima"))
    blocks = [
        line(x, 6 + 16 * n, text)
        for n, row in enumerate(texts)
        for x, text in zip((4, 150), row, strict=True)
    ]
    rules = [level(top, 0, 200), level(72, 0, 200)]
    assert len(tables(page(blocks, rules=rules, size=(210, 80)))) == found


def test_the_names_on_a_map_stay_text() -> None:
    names = [
        (40, 9, "Bay"),
        (180, 11, "Cape"),
        (90, 60, "Old Town"),
        (240, 62, "Fort"),
        (20, 110, "Mill"),
    ]
    names += [(130, 112, "Church"), (230, 110, "Park"), (60, 160, "South"), (150, 163, "Farm")]
    raw = page([line(x, y, name) for x, y, name in names], size=(300, 200))
    assert tables(raw) == []


def moved(box: Box, x: float, y: float) -> Box:
    return Box(box.x0 + x, box.y0 + y, box.x1 + x, box.y1 + y)


def test_columns_of_prose_in_a_region_stay_text() -> None:
    columns = [
        line(x, 100 + 12 * index, text)
        for x in (72, 330)
        for index, text in enumerate(prose("text", 12))
    ]
    assert tables(page(columns, Box(60, 90, 560, 260))) == []


def test_a_region_of_one_column_stays_text() -> None:
    assert tables(page(SURROUNDED, Box(70, 95, 430, 175))) == []


def test_a_receipt_stays_text() -> None:
    receipt = [line(150, 40 + 14 * index, name) for index, name in enumerate(("SHOP", "Street 1"))]
    for index, (name, price) in enumerate((("Milk", "1.20"), ("Bread", "2.10"), ("TOTAL", "3.30"))):
        receipt += [line(40, 80 + 14 * index, name), line(260, 80 + 14 * index, price)]
    assert tables(page(receipt, size=(320, 160))) == []


@pytest.mark.parametrize(("rotation", "skew"), [(90, 0.0), (180, 0.0), (0, 2.0), (270, -1.5)])
def test_a_table_is_found_on_a_page_that_lies_askew(rotation: int, skew: float) -> None:
    width, height = (792, 612) if rotation % 180 else (612, 792)
    lies = Upright(width, height, rotation, skew)
    raw = page(
        [replace(b, box=lies.as_it_lies(b.box)) for b in SURROUNDED],
        lies.as_it_lies(TABLE),
        rules=[lies.as_it_lies(level(y, 70, 420)) for y in (296, 312, 360)],
        size=(width, height),
    )
    blocks = laid_out(replace(raw, rotation=rotation, skew=skew))
    assert [block.kind for block in blocks] == ["paragraph", "table", "paragraph"]
    assert written(blocks[1]) == WHOLE


def test_a_caption_above_a_table_stays_text_before_it() -> None:
    blocks = [line(72, 275, "Table 3. What was measured, and how often."), *rows()]
    caption, table = laid_out(page(blocks, TABLE))
    assert (caption.text, written(table)) == ("Table 3. What was measured, and how often.", WHOLE)


def test_lines_of_a_text_layer_are_left_to_what_knows_their_words() -> None:
    lines = [one for b in rows() if (one := line_of(replace(b, font_size=10.0)))]
    assert with_pictured_tables(page(rows(), TABLE), lines) == lines
