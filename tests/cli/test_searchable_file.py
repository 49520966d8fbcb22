"""`pagemill convert --outputs searchable`, with a real engine: text lies on its letters."""

import io

import pikepdf
from PIL import Image

from outputs.found_text import box_of, is_near
from pagemill.model.page import Box
from pagemill.testing.documents import draw, picture_pdf, text_pdf

LINES = "# Harbour report\nThe ship left at dawn and came back late in the evening\nNobody was lost"
PRINTED = box_of(text_pdf([LINES]), "The ship left at dawn and came back late in the evening")
CLOSE = 8  # points: an engine frames lines more widely than letters are printed


def test_a_locked_scan_becomes_a_searchable_pdf_for_who_knows_the_password(run, tmp_path):
    with pikepdf.open(io.BytesIO(picture_pdf([LINES], dpi=200))) as pdf:
        pdf.save(tmp_path / "scan.pdf", encryption=pikepdf.Encryption(user="sesame", owner="x"))
    done = run(
        "convert", "scan.pdf", "-q", "-o", "out", "--outputs", "searchable", "--password", "sesame"
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = box_of((tmp_path / "out" / "scan.searchable.pdf").read_bytes(), "The ship left")
    assert is_near(found, Box(PRINTED.x0, PRINTED.y0, found.x1, PRINTED.y1), CLOSE)


def test_a_page_scanned_lying_on_its_side_has_its_text_where_it_lies(run, tmp_path):
    image = draw(LINES, dpi=200).transpose(Image.Transpose.ROTATE_90)
    image.save(tmp_path / "scan.png", dpi=(200, 200))
    done = run("convert", "scan.png", "-q", "-o", "out", "--outputs", "searchable")
    assert (done.returncode, done.stderr) == (0, "")
    pdf = (tmp_path / "out" / "scan.searchable.pdf").read_bytes()
    start, end = box_of(pdf, "The ship"), box_of(pdf, "the evening")
    assert is_near(start, Box(PRINTED.y0, start.y0, PRINTED.y1, 612 - PRINTED.x0), CLOSE)
    assert is_near(end, Box(PRINTED.y0, 612 - PRINTED.x1, PRINTED.y1, end.y1), 2 * CLOSE)
