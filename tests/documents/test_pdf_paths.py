"""What is drawn on a page beside its words: rules, shaded areas, charts and diagrams."""

from collections.abc import Iterable

import pytest

from drawn_pdfs import Read, drawn_pdf, say
from pagemill.documents.pdf import drawings as pdf_drawings
from pagemill.documents.pdf import paths as pdf_paths
from pagemill.documents.pdf import pdfium
from pagemill.documents.pdf import rules as pdf_rules
from pagemill.model.page import Box, Marks

PAGE = 612 * 792


@pytest.fixture
def marks(read: Read):
    return lambda content, **keys: read(drawn_pdf(content, **keys)).marks


def edges(boxes: Iterable[Box]) -> list[tuple[int, int, int, int]]:
    return [(round(b.x0), round(b.y0), round(b.x1), round(b.y1)) for b in boxes]


def line(x0: float, y0: float, x1: float, y1: float) -> str:
    return f"{x0} {y0} m {x1} {y1} l S\n"


def filled(x: float, y: float, wide: float, high: float, color: str = "0.8 g") -> str:
    return f"q {color} {x} {y} {wide} {high} re f Q\n"


# ---------------------------------------------------------------- rules


@pytest.mark.parametrize(
    "drawn",
    [
        line(100, 692, 300, 692),
        line(300, 692, 100, 692),
        "100 691.5 200 1 re f\n",
        "100 691.5 m 300 691.5 l 300 692.5 l 100 692.5 l f\n",
        "100 692 m 104 692.5 l 296 692.5 l 300 692 l 296 691.5 l 104 691.5 l f\n",
        "q 2 0 0 2 0 0 cm 50 346 m 150 346 l S Q\n",
        "q 200 0 0 1 100 691.5 cm /Im0 Do Q\n",
        "100 692 m 300 692 l 300 692 l h S\n",
    ],
)
def test_a_rule_is_found_however_it_is_drawn(marks, drawn: str) -> None:
    (rule,) = marks(drawn).rules
    assert (rule.x0, rule.x1) == pytest.approx((100, 300), abs=0.5)
    assert (rule.y0 + rule.y1) / 2 == pytest.approx(100, abs=0.6)


def test_the_sides_of_a_frame_are_rules_those_of_a_rounded_one_too(marks) -> None:
    assert len(marks("100 100 200 100 re S\n").rules) == 4
    corners = "110 100 m 290 100 l 295 100 300 105 300 110 c 300 190 l 300 195 295 200 290 200 c "
    corners += "110 200 l 105 200 100 195 100 190 c 100 110 l 100 105 105 100 110 100 c h S\n"
    found = marks(corners)
    assert len(found.rules) == 4
    assert found.drawings == ()


def test_a_frame_with_round_corners_drawn_side_by_side_has_rules(marks) -> None:
    level = "102 {y} m 104 {z} 106 {z} 108 {z} c 300 {z} l 302 {z} 304 {z} 306 {y} c S\n"
    drawn = level.format(y=202, z=200) + level.format(y=398, z=400)
    drawn += line(102, 210, 102, 390) + line(306, 210, 306, 390)
    assert len(marks(drawn).rules) == 4


def test_rules_of_turned_pages_lie_where_they_are_seen(marks) -> None:
    (rule,) = marks(line(100, 700, 100, 200), Rotate=90).rules
    assert edges([rule]) == [(200, 100, 700, 100)]


@pytest.mark.parametrize(
    "drawn",
    [
        "".join(line(x, 692, x + 2, 692) for x in range(100, 300, 4)),
        "".join(f"{x} 691.5 1 1 re f\n" for x in range(100, 301, 3)),
        "".join(line(x, 692, x + 8, 692) for x in range(100, 300, 12)),
        "1 J " + "".join(line(x, 692, x, 692) for x in range(100, 301, 3)),
        "[3 3] 0 d " + line(100, 692, 300, 692),
    ],
)
def test_a_broken_line_is_one_rule(marks, drawn: str) -> None:
    (rule,) = marks(drawn).rules
    assert (rule.x0, rule.x1) == pytest.approx((100, 300), abs=5)


def test_an_upright_broken_line_is_one_rule(marks) -> None:
    drawn = "".join(f"100 {y} 1 1 re f\n" for y in range(200, 400, 3))
    (rule,) = marks(drawn).rules
    assert rule.height > 190
    assert rule.width < 2


def test_lines_a_word_apart_stay_two(marks) -> None:
    drawn = line(100, 692, 180, 692) + line(187, 692, 260, 692) + line(270, 692, 276, 692)
    assert len(marks(drawn).rules) == 3


def test_boxes_in_a_row_stay_apart_and_cells_in_a_row_do_not(marks) -> None:
    boxes = "".join(f"{x} 692 10 10 re S\n" for x in range(100, 220, 14))
    assert len(marks(boxes).rules) == 4 * 9
    cells = "".join(f"{x} 692 40 20 re S\n" for x in range(100, 260, 40))
    assert edges(marks(cells).rules)[:2] == [(100, 80, 260, 80), (100, 100, 260, 100)]


def test_lines_cell_by_cell_are_one(marks) -> None:
    drawn = "".join(line(x, 692, x + 50, 692) for x in range(100, 300, 50))
    assert edges(marks(drawn).rules) == [(100, 100, 300, 100)]


def test_single_bits_are_no_rules(marks) -> None:
    assert marks("100 100 2 2 re f 300 300 3 1 re f " + line(50, 50, 52, 50)).rules == ()


def test_a_double_line_is_one_rule_and_rows_are_not(marks) -> None:
    assert len(marks(line(100, 692, 300, 692) + line(100, 690, 300, 690)).rules) == 1
    assert len(marks(line(100, 692, 300, 692) + line(150, 690, 250, 690)).rules) == 2
    assert len(marks(line(100, 692, 300, 692) + line(100, 680, 300, 680)).rules) == 2


def test_what_a_later_area_hides_is_no_rule(marks) -> None:
    rule, paper = line(100, 692, 300, 692), filled(90, 680, 300, 30, "1 g")
    assert marks(rule + paper).rules == ()
    assert len(marks(paper + rule).rules) == 1
    assert len(marks(rule + filled(90, 692, 300, 30, "1 g")).rules) == 1
    assert marks(filled(100, 685, 50, 20) + paper).fills == ()


def test_white_lines_part_shaded_rows_and_are_nothing_on_paper(marks) -> None:
    white = "q 1 G " + line(100, 692, 300, 692) + "Q\n"
    assert edges(marks(filled(100, 672, 200, 40) + white).rules) == [(100, 100, 300, 100)]
    rows = "".join(filled(100, y, 200, 20) for y in (640, 660, 680))
    upright = "q 1 G " + line(200, 640, 200, 700) + "Q\n"
    assert edges(marks(rows + upright).rules) == [(200, 92, 200, 152)]
    assert marks(white).rules == ()
    assert marks(white + filled(100, 672, 200, 40)).rules == ()


def test_lines_drawn_in_no_colour_or_off_the_page_are_left_out(marks) -> None:
    assert marks("100 692 m 300 692 l n " + line(100, 900, 300, 900)).rules == ()
    (cut,) = marks(line(500, 692, 900, 692)).rules
    assert cut.x1 == 612


def test_a_thick_line_is_a_shaded_area(marks) -> None:
    found = marks("q 0.9 G 20 w " + line(100, 692, 300, 692) + "Q\n")
    assert (edges(found.fills), found.rules) == ([(100, 90, 300, 110)], ())


def test_shaded_areas_come_once_and_paper_is_none(marks) -> None:
    found = marks(filled(100, 672, 200, 40) * 2 + filled(300, 300, 50, 50, "1 g"))
    assert edges(found.fills) == [(100, 80, 300, 120)]


def test_strips_of_a_picture_are_no_rules_and_a_frame_of_pictures_is_no_figure(marks) -> None:
    strips = "".join(f"q 300 0 0 2 100 {y} cm /Im0 Do Q\n" for y in range(400, 500, 2))
    found = marks(strips)
    assert (found.rules, len(found.pictures)) == ((), 1)
    frame = "".join(f"q 300 0 0 1 100 {y} cm /Im0 Do Q\n" for y in (400, 450, 500))
    frame += "".join(f"q 1 0 0 100 {x} 400 cm /Im0 Do Q\n" for x in (100, 250, 400))
    found = marks(frame)
    assert (len(found.rules), found.pictures) == (6, ())


def test_lines_that_lead_nowhere_do_no_harm(marks) -> None:
    huge = "1e38 w 0 0 m 1e38 1e38 l S q 1e30 0 0 1e30 1e30 1e30 cm 1e30 0 m 1e38 9 l S Q\n"
    flat = "q 0 0 0 0 0 0 cm 10 10 100 100 re f 10 10 m 200 10 l S Q\n"
    assert isinstance(marks(huge + flat + "h S f 5 5 m S"), Marks)


@pytest.mark.parametrize("many", [1000, 4000])
def test_thousands_of_rules_cost_steps_in_proportion(
    marks, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    """Looks at each piece a few times, even with all on one spot."""
    steps = [0]

    def counted(name: str) -> None:
        function = getattr(pdf_rules, name)

        def count(*args: object, **more: object) -> object:
            steps[0] += 1
            return function(*args, **more)

        monkeypatch.setattr(pdf_rules, name, count)

    for name in ("_span", "_across", "_leap", "_is_double", "_length"):
        counted(name)
    drawn = "".join(line(100, 100 + n % 7, 300, 100 + n % 7) for n in range(many))
    assert len(marks(drawn).rules) < 8
    assert steps[0] < 30 * many


def test_segments_are_looked_at_up_to_a_limit(marks, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    kind = pdfium.segment_kind
    monkeypatch.setattr(pdfium, "segment_kind", lambda s: looked.append(s) or kind(s))
    monkeypatch.setattr(pdf_paths, "MAX_SEGMENTS", 200)
    found = marks("".join(line(100, 10 + n, 300, 10 + n) for n in range(0, 700, 3)))
    assert len(found.rules) == 100
    assert len(looked) <= 200


def test_outlines_are_measured_without_walking_them(marks, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    kind = pdfium.segment_kind
    monkeypatch.setattr(pdfium, "segment_kind", lambda s: looked.append(s) or kind(s))
    wave = "100 400 m " + " ".join(f"{x} 300 {x + 5} 500 {x + 9} 400 c" for x in range(100, 300, 2))
    marks(wave + " f\n")
    assert len(looked) < 40
    looked.clear()
    coast = "0 0 m " + " ".join(f"{n % 600} {n % 701} l" for n in range(11_000)) + " S\n"
    assert edges(marks(coast + line(100, 692, 300, 692)).rules) == [(100, 100, 300, 100)]
    assert len(looked) < 40


# ---------------------------------------------------------------- drawings


def circle(x: float, y: float, r: float = 30, how: str = "S") -> str:
    k = 0.55 * r
    return (
        f"{x + r} {y} m {x + r} {y + k} {x + k} {y + r} {x} {y + r} c "
        f"{x - k} {y + r} {x - r} {y + k} {x - r} {y} c "
        f"{x - r} {y - k} {x - k} {y - r} {x} {y - r} c "
        f"{x + k} {y - r} {x + r} {y - k} {x + r} {y} c {how}\n"
    )


AXES = line(100, 400, 400, 400) + line(100, 400, 100, 600)
CURVE = "100 410 m " + " ".join(f"{x} {400 + x % 70} l" for x in range(120, 400, 20)) + " S\n"
WAVE = "100 500 m " + " ".join(f"{100 + n} {500 + n % 40} l" for n in range(300)) + " S\n"
SPIRAL = circle(300, 500, 60) + circle(300, 500, 30)
BARS = "".join(filled(120 + 40 * n, 400, 20, 40 + 30 * n) for n in range(5))
SCATTER = "".join(circle(120 + 17 * n, 420 + (n * 37) % 150, 2, "f") for n in range(16))
DIAGRAM = (
    "100 500 80 40 re S 300 500 80 40 re S 200 400 80 40 re S\n"
    + line(180, 520, 300, 520)
    + "300 520 m 290 525 l 290 515 l f\n"
    + "300 500 m 240 440 l S 140 500 m 240 440 l S\n"
    + say("one", 120, 515)
    + say("two", 320, 515)
)


@pytest.mark.parametrize(
    "drawn",
    [
        AXES + CURVE,
        AXES + BARS,
        AXES + SCATTER,
        BARS.replace("0.8 g", "0 0 1 rg", 2),
        DIAGRAM,
        "".join(circle(200 + 45 * n, 500) for n in range(4)),
        AXES + WAVE,
        SPIRAL,
    ],
    ids=[
        "line plot",
        "bars of one colour",
        "scatter",
        "bars of two",
        "diagram",
        "circles",
        "wave",
        "rings",
    ],
)
def test_charts_and_diagrams_are_drawings(marks, drawn: str) -> None:
    (found,) = marks(drawn + say("A line of text far away", 72, 720)).drawings
    assert 0.02 * PAGE < found.area < 0.5 * PAGE
    assert found.y0 > 150


TABLE = "".join(line(100, y, 400, y) for y in range(400, 601, 20)) + "".join(
    line(x, 400, x, 600) for x in range(100, 401, 60)
)
CELLS = "".join(
    say(f"cell {x}", x + 4, y + 6) for x in range(100, 400, 60) for y in range(400, 600, 20)
)
PANEL = (
    "110 400 m 290 400 l 295 400 300 405 300 410 c 300 590 l 300 595 295 600 290 600 c "
    "110 600 l 105 600 100 595 100 590 c 100 410 l 100 405 105 400 110 400 c h S\n"
)


@pytest.mark.parametrize(
    "drawn",
    [
        TABLE + CELLS,
        TABLE,
        TABLE + CELLS + "".join(circle(350, 410 + 20 * n, 5, "f") for n in range(10)),
        "".join(filled(100, y, 300, 20) for y in range(400, 600, 40)),
        "".join(filled(x, 580, 58, 20) for x in range(100, 400, 60)) + TABLE + CELLS,
        "".join(filled(150, y, 200, 18) for y in range(400, 600, 30)),
        "".join(f"0.9 g 150 {600 - n * 30} {100 + n * 20} 18 re B\n" for n in range(8)),
        "".join(line(72, 700 - 14 * n, 300, 700 - 14 * n) for n in range(30)),
        PANEL + "".join(say("words in a panel of text", 110, 580 - 14 * n) for n in range(12)),
        "".join(circle(80, 700 - 14 * n, 2, "f") for n in range(30)),
        line(72, 750, 540, 750) + line(72, 40, 540, 40),
        circle(300, 500, 20, "f"),
        "".join(circle(100 + 6 * n, 500 + 12 * m, 4, "f") for n in range(40) for m in range(6)),
        "".join(circle(100 + 26 * n, 500 + 30 * m, 12, "f") for n in range(12) for m in range(2)),
        filled(0, 700, 612, 92) + say("Title on a band", 72, 740, 24) + circle(500, 740, 20),
        filled(0, 0, 612, 792, "0.95 g") + say("words", 72, 700),
    ],
    ids=[
        "table",
        "empty table",
        "table with marks",
        "stripes",
        "table with header",
        "form fields",
        "framed fields",
        "underlines",
        "panel",
        "bullets",
        "letterhead",
        "one circle",
        "text as outlines",
        "large text as outlines",
        "band",
        "background",
    ],
)
def test_tables_text_and_ornaments_are_no_drawings(marks, drawn: str) -> None:
    assert marks(drawn).drawings == ()


def test_two_charts_apart_are_two_drawings(marks) -> None:
    second = f"q 1 0 0 1 0 -350 cm {AXES}{BARS}Q\n"
    assert len(marks(AXES + CURVE + second).drawings) == 2


def test_pieces_are_put_together_in_steps_that_do_not_grow_with_how_they_lie(
    marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    roots = [0]
    root = pdf_drawings._root

    def counted(parents: list[int], label: int) -> int:
        roots[0] += 1
        return root(parents, label)

    monkeypatch.setattr(pdf_drawings, "_root", counted)
    marks("".join(circle(300, 400, 100 + n / 50) for n in range(3000)))
    assert roots[0] < 2000
    roots[0] = 0
    marks("".join(circle(20 + n % 60 * 9, 20 + n // 60 * 9, 2) for n in range(3000)))
    assert roots[0] < 40_000
