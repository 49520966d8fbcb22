"""What regions make of a page's lines: kinds, and figures out of the text's way."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layout.sheets import column, line, page, prose
from pagemill.layout import arrange
from pagemill.model.page import Block, BlockKind, Box, PageText, Region
from pagemill.model.upright import Upright

PAGE = Upright(612.0, 792.0)


def region(kind: str, x0: float, y0: float, x1: float, y1: float) -> Region:
    return Region(BlockKind(kind), Box(x0, y0, x1, y1), 0.9)


def laid_out(blocks: Sequence[Block], *regions: Region) -> list[Block]:
    raw = replace(page(blocks), regions=regions)
    return list(arrange(lambda: iter([raw]))(raw).blocks)


def told(blocks: Sequence[Block], *regions: Region) -> list[tuple[str, str]]:
    return [(str(block.kind), block.text[:9]) for block in laid_out(blocks, *regions)]


def paragraph(name: str, x: float, y: float, rows: int = 5) -> list[Block]:
    return column(x, y, prose(name, rows))


# ---------------------------------------------------------------- titles


@pytest.mark.parametrize(("height", "level"), [(24.0, 1), (14.0, 2), (10.0, 3)])
def test_a_title_is_a_heading_by_the_height_of_its_line(height: float, level: int) -> None:
    title = line(50, 50, "A title of it", height=height)
    heading, *_ = laid_out([title, *paragraph("A", 50, 90)], region("heading", 45, 48, 400, 76))
    assert (heading.kind, heading.level, heading.text) == ("heading", level, "A title of it")


def test_a_title_stands_apart_from_the_text_below_it() -> None:
    lines = [line(50, 50, "1. A title"), *column(50, 62, prose("A", 5))]
    assert told(lines, region("heading", 45, 48, 200, 61)) == [
        ("heading", "1. A titl"),
        ("paragraph", "A0 lorem "),
    ]


def test_the_size_of_type_says_more_than_a_region() -> None:
    body = [line(50, 80 + 12 * row, text, size=10) for row, text in enumerate(prose("A", 6))]
    lines = [line(50, 50, "Plain words", size=10), *body]
    assert "heading" not in {kind for kind, _ in told(lines, region("heading", 45, 48, 200, 61))}


def titled(name: str, y: float, *, ends: str = ".", step: float = 20.0) -> list[Block]:
    """A small title over a text that ends a sentence, or none; `step` is that to the text."""
    rows = prose(name, 5)
    rows[-1] = f"{name}4 lorem ipsum{ends}"
    return [line(50, y, f"The {name} of all"), *column(50, y + step, rows)]


@pytest.mark.parametrize(
    ("ends", "step", "found"), [(".", 12.0, 3), (",", 12.0, 2), (".", 24.0, 2)]
)
def test_what_stands_as_the_small_titles_of_a_page_do_is_one(
    ends: str, step: float, found: int
) -> None:
    parts = [titled("A", 50), titled("B", 150, ends=ends), titled("C", 242 - step + 12, step=step)]
    lines = [block for part in parts for block in part]
    regions = [region("heading", 45, y - 1, 160, y + 11) for y in (50, 150)]
    kinds = [kind for kind, _ in told(lines, *regions)]
    assert kinds.count("heading") == found
    assert [kind for kind, _ in told(lines, regions[0])].count("heading") == 1


@pytest.mark.parametrize("text", ["1 2 3 4 5 6 7", "x " * 101])
def test_numbers_and_long_texts_are_no_headings(text: str) -> None:
    lines = [line(50, 50, text), *paragraph("A", 50, 90)]
    assert told(lines, region("heading", 45, 48, 2000, 61))[0][0] == "paragraph"


# ---------------------------------------------------------------- headers and footers


def test_headers_come_first_and_footers_last_with_what_stands_beside_them() -> None:
    lines = [
        *paragraph("A", 50, 100),
        line(50, 760, "Left"),
        line(500, 760, "17"),
        line(50, 30, "The book"),
        line(500, 30, "Chapter"),
    ]
    found = told(lines, region("footer", 495, 758, 520, 771), region("header", 45, 28, 120, 41))
    assert found == [
        ("header", "The book "),
        ("paragraph", "A0 lorem "),
        ("footer", "Left 17"),
    ]


def test_each_page_of_a_spread_keeps_its_header() -> None:
    lines = [
        *(line(x, 30, f"Page {n}") for n, x in ((4, 50), (5, 320))),
        *column(50, 100, prose("A", 12)),
        *column(320, 100, prose("B", 12)),
    ]
    headers = [region("header", x - 5, 28, x + 40, 41) for x in (50, 320)]
    raw = replace(page(lines), width=612.0, height=400.0, regions=tuple(headers))
    done = arrange(lambda: iter([raw]))(raw)
    kinds = [(str(block.kind), block.text[:6]) for block in done.blocks]
    assert kinds == [
        ("header", "Page 4"),
        ("paragraph", "A0 lor"),
        ("header", "Page 5"),
        ("paragraph", "B0 lor"),
    ]


# ---------------------------------------------------------------- figures


def test_a_figure_stands_with_its_captions_after_the_text_above_it() -> None:
    lines = [
        *paragraph("A", 50, 50),
        line(60, 130, "Over it"),
        line(60, 310, "Under it"),
        *paragraph("B", 50, 350),
    ]
    found = told(
        lines,
        region("figure", 50, 145, 300, 305),
        region("caption", 55, 128, 200, 142),
        region("caption", 55, 308, 200, 322),
    )
    assert found == [
        ("paragraph", "A0 lorem "),
        ("caption", "Over it"),
        ("figure", ""),
        ("caption", "Under it"),
        ("paragraph", "B0 lorem "),
    ]


def test_words_in_a_picture_go_with_it() -> None:
    labels = [line(70, 160, "Nile"), line(200, 250, "Cairo")]
    found = laid_out(
        [*paragraph("A", 50, 50), *labels, *paragraph("B", 50, 350)],
        region("figure", 50, 130, 300, 330),
    )
    assert [block.text for block in found if block.kind == "figure"] == ["Nile\nCairo"]
    assert [block.kind for block in found] == ["paragraph", "figure", "paragraph"]


def test_a_caption_beside_running_text_does_not_break_it() -> None:
    beside = column(320, 150, prose("B", 14, 40))
    caption = line(130, beside[10].box.y0, "A tent")
    found = told(
        [*column(50, 50, prose("A", 6, 94)), *beside, caption],
        region("figure", 60, 150, 260, 265),
        region("caption", 125, 268, 200, 282),
    )
    assert ("caption", "A tent") in found
    texts = [b.text for b in laid_out([*beside, caption], region("figure", 60, 150, 260, 265))]
    assert any("B9" in text and "B10" in text and "A tent" not in text for text in texts)


def test_a_lone_line_under_the_middle_of_a_figure_is_its_caption() -> None:
    lines = [line(150, 310, "Grape shot."), *paragraph("B", 50, 360)]
    assert told(lines, region("figure", 50, 100, 300, 305))[:2] == [
        ("figure", ""),
        ("caption", "Grape sho"),
    ]


@pytest.mark.parametrize("x", [50.0, 240.0])
def test_a_lone_line_off_its_middle_is_none(x: float) -> None:
    lines = [line(x, 310, "Grape shot."), *paragraph("B", 50, 360)]
    assert "caption" not in {kind for kind, _ in told(lines, region("figure", 50, 100, 300, 305))}


@pytest.mark.parametrize(
    ("what", "figure", "before"),
    [
        ("at the top of the first column", (50, 60, 280, 110), "A0"),
        ("at the top of the second", (320, 60, 550, 110), "B0"),
        ("at the foot of the first", (50, 300, 280, 400), "B0"),
        ("over both", (50, 60, 550, 110), "A0"),
        ("under both", (50, 300, 550, 400), ""),
    ],
)
def test_a_figure_is_read_in_its_column(what: str, figure: tuple[float, ...], before: str) -> None:
    left, right = column(50, 120, prose("A", 12)), column(320, 120, prose("B", 12))
    found = [text[:2] for _, text in told([*left, *right], region("figure", *figure))]
    after = found[found.index("") + 1 :]
    assert (after or [""])[0] == before


def test_a_figure_the_engine_found_itself_is_not_told_twice() -> None:
    known = Block(BlockKind.FIGURE, Box(55, 145, 295, 300))
    found = told([*paragraph("A", 50, 50), known], region("figure", 50, 145, 300, 305))
    assert [kind for kind, _ in found].count("figure") == 1


def test_a_caption_of_a_table_is_one_in_its_place() -> None:
    lines = [*paragraph("A", 50, 50), line(60, 140, "Table 1"), line(60, 160, "cell")]
    found = told(lines, region("table", 50, 155, 300, 305), region("caption", 55, 138, 200, 152))
    assert ("caption", "Table 1") in found


def test_a_caption_of_nothing_is_text() -> None:
    lines = [*paragraph("A", 50, 50), line(60, 400, "Of naught")]
    assert told(lines, region("caption", 55, 398, 200, 412))[1] == ("paragraph", "Of naught")


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("skew", [0.0, 4.0, -3.0])
def test_a_page_that_lies_askew_reads_as_the_straight_one(rotation: int, skew: float) -> None:
    lines = [
        line(50, 30, "The book"),
        line(50, 60, "A title of it", height=20.0),
        *column(50, 120, prose("A", 12)),
        *column(320, 300, prose("B", 12)),
        line(380, 282, "A caption"),
    ]
    regions = [
        region("header", 45, 28, 120, 41),
        region("heading", 45, 58, 300, 82),
        region("figure", 320, 100, 550, 280),
        region("caption", 375, 280, 500, 294),
    ]
    straight = told(lines, *regions)
    lain = Upright(PAGE.width, PAGE.height, (360 - rotation) % 360).size
    upright = Upright(*lain, rotation, skew)
    raw = PageText(
        1,
        *lain,
        tuple(replace(one, box=upright.as_it_lies(one.box)) for one in lines),
        "test",
        "1",
        rotation=rotation,
        skew=skew,
        regions=tuple(replace(one, box=upright.as_it_lies(one.box)) for one in regions),
    )
    done = arrange(lambda: iter([raw]))(raw)
    assert [(str(block.kind), block.text[:9]) for block in done.blocks] == straight
    assert straight[:2] == [("header", "The book"), ("heading", "A title o")]


# ---------------------------------------------------------------- any page at all


anywhere = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    st.floats(0, 600),
    st.floats(0, 780),
    st.floats(0, 500),
    st.floats(0, 300),
)
blocks = st.builds(
    Block,
    st.sampled_from([BlockKind.LINE] * 6 + [BlockKind.FIGURE]),
    anywhere,
    st.text("ab 1.•", max_size=30),
    st.none() | st.floats(0, 1),
    font_size=st.sampled_from([0.0, 0.0, 10.0, 22.0]),
)
regions = st.builds(Region, st.sampled_from(list(BlockKind)), anywhere, st.floats(0.5, 1))
pages = st.builds(
    lambda lines, found, rotation, skew: replace(
        page(lines), regions=tuple(found), rotation=rotation, skew=skew
    ),
    st.lists(blocks, max_size=30),
    st.lists(regions, max_size=10),
    st.sampled_from([0, 90, 180, 270]),
    st.floats(-15, 15),
)


@given(pages)
def test_whatever_the_regions_every_character_is_laid_out_exactly_once(raw: PageText) -> None:
    done = arrange(lambda: iter([raw]))(raw)

    def letters(text: PageText) -> Counter[str]:
        told = [block.text + "".join(c.text for c in block.cells) for block in text.blocks]
        return Counter("".join("".join(told).split()))

    assert letters(done) == letters(raw)


@given(pages)
def test_nothing_but_a_figure_is_empty(raw: PageText) -> None:
    done = arrange(lambda: iter([raw]))(raw)
    assert all(b.text or b.cells or b.kind is BlockKind.FIGURE for b in done.blocks)
    assert BlockKind.LINE not in {block.kind for block in done.blocks}
