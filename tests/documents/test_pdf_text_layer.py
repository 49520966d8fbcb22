"""What the text layer of a PDF page holds, where, and whether to believe it."""

import io
from collections.abc import Callable

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from drawn_pdfs import Read, drawn_pdf, say
from pagemill.documents.pdf import pdfium
from pagemill.model.page import Block, NativeText
from pagemill.ports import DocumentPage
from pagemill.testing.documents import MARGIN, picture_pdf, text_pdf


def texts(native: NativeText) -> list[str]:
    return [line.text for line in native.lines]


def test_lines_come_in_order_with_sizes_weights_and_boxes(read: Read) -> None:
    native = read(text_pdf(["# Large heading\nfirst line\nsecond line"]))
    assert texts(native) == ["Large heading", "first line", "second line"]
    heading, first, second = native.lines
    assert (heading.font_size, first.font_size) == (20.0, 11.0)
    assert (heading.is_bold, first.is_bold) == (True, False)
    assert heading.box.x0 == pytest.approx(MARGIN, abs=2)
    assert MARGIN < heading.box.y1 < first.box.y1 < second.box.y1 < MARGIN + 70
    assert heading.box.width > 2 * heading.box.height


def test_an_ordinary_page_is_believable(read: Read) -> None:
    native = read(text_pdf(1))
    assert native.characters > 100
    assert native.letter_share > 0.99
    assert (native.unmapped_share, native.invisible_share, native.picture_share) == (0, 0, 0)
    assert not native.is_vector_heavy


def test_the_size_is_found_where_it_sits_in_the_matrix(read: Read) -> None:
    content = "BT /F1 1 Tf 14 0 0 14 72 700 Tm (sized by matrix) Tj ET"
    assert read(drawn_pdf(content)).lines[0].font_size == pytest.approx(14)
    scaled = "q 0.5 0 0 0.5 0 0 cm BT /F1 20 Tf 144 1400 Td (sized by scale) Tj ET Q"
    assert read(drawn_pdf(scaled)).lines[0].font_size == pytest.approx(10)


def test_columns_side_by_side_do_not_merge(read: Read) -> None:
    rows = "".join(
        say("left words of the row", 72, y) + say("right words", 200, y) for y in (700, 685, 670)
    )
    assert texts(read(drawn_pdf(rows))) == ["left words of the row", "right words"] * 3


def test_two_columns_read_one_after_the_other(read: Read) -> None:
    native = read(text_pdf(["one\ntwo\nthree\nfour"], columns=2))
    assert texts(native) == ["one", "two", "three", "four"]
    assert native.lines[0].box.y0 == native.lines[2].box.y0
    assert native.lines[0].box.x1 < native.lines[2].box.x0


def test_a_line_drawn_in_pieces_is_one(read: Read) -> None:
    bold_last = (
        say("plain words", 72, 700) + say("below", 72, 680) + say("bold", 127, 700, 10, "F2")
    )
    assert texts(read(drawn_pdf(bold_last))) == ["plain words bold", "below"]


def test_a_bullet_belongs_to_its_line_and_a_cell_does_not(read: Read) -> None:
    bullets = say("\\225", 72, 700) + say("an item", 90, 700) + say("2.", 72, 680)
    assert texts(read(drawn_pdf(bullets + say("next item", 92, 680)))) == [
        "• an item",
        "2. next item",
    ]
    cells = say("-", 72, 700) + say("12.50", 92, 700)
    assert texts(read(drawn_pdf(cells))) == ["-", "12.50"]


@pytest.mark.parametrize(
    ("turn", "matrix"),
    [
        (0, "1 0 0 1 100 700"),
        (90, "0 1 -1 0 92 100"),
        (180, "-1 0 0 -1 512 92"),
        (270, "0 -1 1 0 520 692"),
    ],
)
def test_boxes_are_of_the_page_as_seen(read: Read, turn: int, matrix: str) -> None:
    """Text that a viewer shows upright near the top left, whatever /Rotate."""
    content = f"BT /F1 10 Tf {matrix} Tm (Upright words) Tj ET"
    line = read(drawn_pdf(content, Rotate=turn)).lines[0]
    assert line.text == "Upright words"
    assert 98 <= line.box.x0 <= 102
    assert 80 <= line.box.y0 <= 95
    assert line.box.width > 4 * line.box.height


def test_boxes_start_at_the_crop_box_and_what_it_cuts_off_is_left_out(
    read: Read, page_of: Callable[[bytes], DocumentPage]
) -> None:
    data = drawn_pdf(
        say("seen", 150, 690) + say("cut off", 20, 690), CropBox=Array([100, 100, 500, 700])
    )
    page = page_of(data)
    assert (page.width, page.height) == (400, 600)
    (line,) = page.native_text().lines
    assert line.text == "seen"
    assert line.box.x0 == pytest.approx(50, abs=1)
    assert 0 <= line.box.y0 < line.box.y1 <= 15


def test_sideways_text_stays_whole(read: Read) -> None:
    content = "BT /F1 10 Tf 0 1 -1 0 40 300 Tm (printed along the edge) Tj ET"
    (line,) = read(drawn_pdf(content)).lines
    assert line.text == "printed along the edge"
    assert line.box.height > 4 * line.box.width


def test_text_aslant_stays_whole(read: Read) -> None:
    content = "BT /F1 40 Tf 0.7 0.7 -0.7 0.7 100 100 Tm (WATERMARK) Tj ET"
    assert texts(read(drawn_pdf(content))) == ["WATERMARK"]


@pytest.mark.parametrize("hiding", ["3 Tr", "7 Tr", "/Clear gs"])
def test_hidden_text_is_read_and_counted(read: Read, hiding: str) -> None:
    data = drawn_pdf("q " + hiding + " " + say("hidden words", 72, 700) + "Q")
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.pages[0].obj.Resources.ExtGState = Dictionary(Clear=Dictionary(ca=0))
        out = io.BytesIO()
        pdf.save(out)
    native = read(out.getvalue())
    assert texts(native) == ["hidden words"]
    assert native.invisible_share == 1.0


def test_text_under_a_picture_of_the_page_counts_as_hidden(read: Read) -> None:
    picture = "q 612 0 0 792 0 0 cm /Im0 Do Q\n"
    assert read(drawn_pdf(say("under", 72, 700) + picture)).invisible_share == 1.0
    assert read(drawn_pdf(picture + say("over", 72, 700))).invisible_share == 0.0


def test_white_text_on_bare_paper_is_passed_over_and_on_a_bar_it_is_read(read: Read) -> None:
    white = "q 1 g " + say("white words", 72, 700) + "Q\n"
    assert texts(read(drawn_pdf(say("black words", 72, 600) + white))) == ["black words"]
    on_bar = "q 0 0 0.5 rg 60 690 300 30 re f Q\n" + white
    assert texts(read(drawn_pdf(on_bar))) == ["white words"]


def test_shapes_are_measured_once_however_many_white_words_lie_among_them(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on maps, which would else take minutes."""
    measured: list[int] = []
    bounds_of = pdfium.bounds_of
    monkeypatch.setattr(pdfium, "bounds_of", lambda s: measured.append(s) or bounds_of(s))
    marks = "".join(f"{n} 5 1 1 re f\n" for n in range(300))
    bars = "q 0 0 0.5 rg 60 0 90 760 re f Q\n"
    labels = "".join(say(f"label{n}", 72 + 200 * (n % 2), 40 + 14 * n) for n in range(50))
    found = texts(read(drawn_pdf(marks + bars + "q 1 g " + labels + "Q\n")))
    assert sorted(found) == sorted(f"label{n}" for n in range(0, 50, 2))
    assert len(measured) == 301


def test_characters_that_stand_for_nothing_are_counted(read: Read) -> None:
    with pikepdf.open(io.BytesIO(drawn_pdf(say("abcd", 72, 700)))) as pdf:
        mapping = "1 beginbfrange <61> <64> <E001> endbfrange"
        cmap = f"begincmap 1 begincodespacerange <00> <FF> endcodespacerange {mapping} endcmap"
        pdf.pages[0].obj.Resources.Font.F1.ToUnicode = pdf.make_stream(cmap.encode())
        out = io.BytesIO()
        pdf.save(out)
    native = read(out.getvalue())
    assert (native.characters, native.unmapped_share, native.letter_share) == (4, 1.0, 0.0)


def test_a_scan_has_no_text_but_a_picture_of_known_resolution(
    page_of: Callable[[bytes], DocumentPage],
) -> None:
    page = page_of(picture_pdf(["# Scanned"], dpi=120))
    native = page.native_text()
    assert (native.lines, native.characters) == ((), 0)
    assert native.picture_share == pytest.approx(1.0, abs=0.01)
    assert page.native_dpi() == 120


def test_a_scan_with_an_ocr_layer_is_still_one_picture(
    page_of: Callable[[bytes], DocumentPage],
) -> None:
    page = page_of(picture_pdf(["# Scanned"], dpi=120, hidden_text="found by OCR"))
    assert page.native_dpi() == 120
    assert page.native_text().invisible_share == 1.0


def test_a_scan_in_strips_is_one_picture(page_of: Callable[[bytes], DocumentPage]) -> None:
    strips = "".join(f"q 612 0 0 99 0 {y} cm /Im0 Do Q\n" for y in range(0, 792, 99))
    page = page_of(drawn_pdf(strips))
    native = page.native_text()
    assert native.picture_share == pytest.approx(1.0, abs=0.01)
    assert native.marks.pictures == ()
    assert page.native_dpi() == round(72 * 10 / 99)


def test_pictures_among_text_are_figures_and_give_no_resolution(
    page_of: Callable[[bytes], DocumentPage],
) -> None:
    content = say("words", 72, 700) + "q 200 0 0 100 72 500 cm /Im0 Do Q q 5 0 0 5 9 9 cm /Im0 Do Q"
    page = page_of(drawn_pdf(content))
    (figure,) = page.native_text().marks.pictures
    assert (figure.x0, figure.y0, figure.x1, figure.y1) == pytest.approx((72, 192, 272, 292))
    assert page.native_dpi() is None


def test_letters_drawn_stroke_by_stroke_are_noticed_where_there_is_no_text(read: Read) -> None:
    strokes = "".join(f"{n % 500} {n // 5} m {n % 500 + 2} {n // 5 + 9} l S\n" for n in range(2000))
    assert read(drawn_pdf(strokes)).is_vector_heavy
    assert not read(drawn_pdf(strokes + say("The axis of a plot", 72, 72))).is_vector_heavy


def test_letters_drawn_as_outlines_are_noticed(read: Read) -> None:
    glyph = " ".join(f"{x} 0 l {x} 5 l" for x in range(20))
    outlines = "".join(f"q 1 0 0 1 {50 + 5 * i} 700 cm 0 0 m {glyph} f Q\n" for i in range(60))
    native = read(drawn_pdf(outlines))
    assert native.is_vector_heavy
    frames = "".join(f"{x} 100 10 10 re S\n" for x in range(500))
    assert not read(drawn_pdf(frames)).is_vector_heavy


def test_what_was_filled_into_a_form_is_text(read: Read) -> None:
    with pikepdf.open(io.BytesIO(text_pdf(["Name:"]))) as pdf:
        page = pdf.pages[0].obj
        look = pdf.make_stream(
            b"/Tx BMC BT /F1 12 Tf 2 5 Td (Jane Doe) Tj ET EMC",
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=[0, 0, 200, 20],
            Resources=Dictionary(Font=page.Resources.Font),
        )
        field = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=pikepdf.String("name"),
            Rect=[120, 600, 320, 620],
            AP=Dictionary(N=look),
            F=4,
        )
        page.Annots = Array([pdf.make_indirect(field)])
        pdf.Root.AcroForm = Dictionary(Fields=page.Annots)
        out = io.BytesIO()
        pdf.save(out)
    lines: dict[str, Block] = {line.text: line for line in read(out.getvalue()).lines}
    assert set(lines) == {"Name:", "Jane Doe"}
    assert lines["Jane Doe"].box.x0 == pytest.approx(122, abs=1)
    assert 172 <= lines["Jane Doe"].box.y0 <= 192
