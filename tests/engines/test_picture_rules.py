"""Rules of tables, found on drawn pictures."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pagemill.engines.page_rules import strokes_on
from pagemill.engines.picture_rules import MOST, rules_in
from pagemill.model.page import Block, BlockKind, Box, PageText, Region
from pagemill.model.upright import Upright
from pagemill.ports import Picture, Strokes

WIDTH, HEIGHT, SCALE = 400, 300, 2.0
TEXT = 10.0
CELLS = [(x, y) for y in (62, 82, 102, 122) for x in (50, 130, 210)]
LEVEL = [Box(40, 55, 290, 56), Box(40, 75, 290, 76), Box(120, 95, 290, 96)]


def grey(width: int = 300, height: int = 120) -> Image.Image:
    return Image.new("L", (width, height), 255)


def found(image: Image.Image) -> list[tuple[int, ...]]:
    return [tuple(map(round, one)) for one in rules_in(np.asarray(image), 12.0)]


def test_level_and_upright_rules_are_found_where_they_run() -> None:
    image = grey()
    pen = ImageDraw.Draw(image)
    pen.line((20, 30, 279, 30), 0)
    pen.line((50, 50, 50, 110), 60, 2)
    level, upright = found(image)
    assert level == pytest.approx((20, 30, 280, 31), abs=1)
    assert upright == pytest.approx((50, 50, 51, 111), abs=2)


def test_a_faint_rule_and_one_of_dots_are_rules() -> None:
    image = grey()
    pen = ImageDraw.Draw(image)
    pen.line((20, 30, 279, 30), 205)
    for x in range(20, 280, 4):
        pen.point((x, 60), 120)
    assert sorted(one[1] for one in found(image)) == pytest.approx([30, 60], abs=1)


def test_a_rule_that_leans_a_little_is_one() -> None:
    image = grey()
    ImageDraw.Draw(image).line((20, 30, 279, 33), 0)
    assert len(found(image)) == 1


@pytest.mark.parametrize("thing", ["bar", "dashes", "nothing"])
def test_what_is_thick_or_short_or_not_there_is_no_rule(thing: str) -> None:
    image = grey()
    pen = ImageDraw.Draw(image)
    if thing == "bar":
        pen.rectangle((20, 30, 280, 48), 0)
    if thing == "dashes":
        for x in range(20, 270, 35):
            pen.line((x, 40, x + 20, 40), 0)
    assert [one for one in found(image) if 32 < one[1] < 46] == []


def test_a_picture_full_of_rules_gives_no_more_than_is_useful() -> None:
    stripes = np.full((4400, 200), 255, np.uint8)
    stripes[::2] = 0
    stripes[1::4] = 255
    assert len(rules_in(stripes, 10.0)) <= MOST


# ---------------------------------------------------------------- on pages


def text_of(regions: Sequence[Region] = (), cells: Sequence[tuple[int, int]] = CELLS) -> PageText:
    blocks = [Block(BlockKind.LINE, Box(x, y, x + 40, y + TEXT), "12.345", 0.9) for x, y in cells]
    return PageText(1, WIDTH, HEIGHT, tuple(blocks), "test", "1", regions=tuple(regions))


def drawn(rules: Sequence[Box] = LEVEL, *, letters: bool = True) -> Image.Image:
    image = Image.new("RGB", (round(WIDTH * SCALE), round(HEIGHT * SCALE)), "white")
    pen = ImageDraw.Draw(image)
    for rule in rules:
        pen.rectangle([SCALE * v for v in (rule.x0, rule.y0, rule.x1, rule.y1)], "black")
    for x, y in CELLS if letters else []:
        pen.text((SCALE * x, SCALE * y), "12.345", "black", font_size=SCALE * TEXT)
    return image


def picture(image: Image.Image) -> Picture:
    return Picture(np.asarray(image), SCALE, round(72 * SCALE))


def places(rules: Sequence[Box]) -> list[tuple[float, ...]]:
    return sorted((rule.y0, rule.x0, rule.x1) for rule in rules)


def is_near(rules: Sequence[Box], wanted: Sequence[Box], slack: float = 2.0) -> bool:
    pairs = zip(places(rules), places(wanted), strict=True)
    return all(a == pytest.approx(b, abs=slack) for a, b in pairs)


def test_the_rules_of_a_page_that_is_a_table_are_found_and_its_letters_are_none() -> None:
    assert is_near(strokes_on(picture(drawn()), text_of()).rules, LEVEL)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_that_lies_on_its_side_or_leans_has_its_rules_where_they_are(turn: int) -> None:
    skew = 2.0
    upright = text_of()
    width, height = (HEIGHT, WIDTH) if turn % 180 else (WIDTH, HEIGHT)
    lies = Upright(width, height, turn, skew)
    image = drawn().rotate(turn, expand=True).rotate(-skew, fillcolor="white", resample=3)
    blocks = tuple(replace(b, box=lies.as_it_lies(b.box)) for b in upright.blocks)
    text = replace(upright, width=width, height=height, blocks=blocks, rotation=turn, skew=skew)
    rules = [lies.level(rule) for rule in strokes_on(picture(image), text).rules]
    assert is_near(rules, LEVEL, 4.0)


def test_only_tables_are_looked_at() -> None:
    beside = Box(320, 60, 390, 61)
    table = Region(BlockKind.TABLE, Box(40, 55, 290, 135), 0.9)
    image = drawn([*LEVEL, beside])
    assert is_near(strokes_on(picture(image), text_of([table])).rules, LEVEL)
    prose = text_of(cells=[(50, y) for y in range(20, 280, 14)])
    assert strokes_on(picture(image), prose) == Strokes()


def dash(x: float, y: float) -> Box:
    return Box(x, y, x + 4, y + 0.8)


def test_a_dash_alone_in_its_cell_is_found() -> None:
    image = drawn()
    image.paste("white", [round(SCALE * v) for v in (128, 98, 180, 114)])
    ImageDraw.Draw(image).rectangle([SCALE * v for v in (145, 107, 149, 107.8)], "black")
    text = text_of(cells=[cell for cell in CELLS if cell != (130, 102)])
    (one,) = strokes_on(picture(image), text).dashes
    assert (one.x0, one.y0, one.x1) == pytest.approx((145, 107, 149.5), abs=1)


@pytest.mark.parametrize(
    "strokes",
    [
        [dash(145, 180)],  # in no row
        [dash(330, 107)],  # in no column
        [dash(145, 91)],  # between two rows
        [dash(113, 107), dash(118, 107), dash(123, 107)],  # one of several
    ],
)
def test_other_short_strokes_are_no_cells(strokes: list[Box]) -> None:
    assert strokes_on(picture(drawn([*LEVEL, *strokes])), text_of()).dashes == ()


def test_a_page_without_text_has_no_rules() -> None:
    assert strokes_on(picture(drawn(letters=False)), text_of(cells=())) == Strokes()
