"""The `ppocr` engine on pages."""

import re
import subprocess
import sys
from collections import Counter

import pytest
from PIL import Image, ImageDraw, ImageFont

from pagemill.engines.coverage import covered_share
from pagemill.engines.ppocr import PpOcrEngine
from pagemill.errors import PagemillError
from pagemill.model.options import MODES
from pagemill.ports import ReadOptions
from pagemill.testing.documents import draw

SMALL_PRINT = "\n".join(f"Entry {number} was paid in full" for number in range(100, 130))
# Reads a page with the network cut off; fails if anything of the rapidocr package was imported.
ALONE = """
import socket, sys
def refuse(*_): raise AssertionError("network")
socket.socket.connect = socket.getaddrinfo = refuse
import numpy as np
from pagemill.engines import EngineRegistry
from pagemill.ports import Picture, ReadOptions
heavy = {"cv2", "onnxruntime", "openvino", "tesserocr"} & set(sys.modules)
assert not heavy, heavy
class Page:
    number, width, height = 1, 72.0, 72.0
    def native_dpi(self): return 72
    def render(self, dpi): return Picture(np.full((72, 72, 3), 255, np.uint8), 1.0, dpi)
engine = EngineRegistry().get("ppocr")
engine.load()
print(engine.read(Page(), ReadOptions()).flags)
unwanted = {"rapidocr", "openvino.tools.ovc", "openvino_telemetry"}
assert not unwanted & {name for name, module in sys.modules.items() if module}
"""


@pytest.mark.parametrize("language", ["ru", "el", "ar", "he", "hi", "th", "ko", "vi", "xx"])
def test_a_script_it_does_not_know_is_refused_and_never_guessed_at(ppocr, page_of, language):
    page = page_of()
    assert not ppocr.can_read(("en", language))
    with pytest.raises(PagemillError, match=language) as caught:
        ppocr.read(page, ReadOptions(languages=("en", language)))
    assert caught.value.code == "language_missing"
    assert page.asked == []


def test_letters_of_many_languages_are_read(ppocr, pdf_page):
    page = pdf_page("Straße über Köln\nÇa coûte très cher\nmañana el niño")
    text = ppocr.read(page, ReadOptions(languages=("de", "fr", "es")))
    assert [block.text for block in text.blocks] == [
        "Straße über Köln",
        "Ça coûte très cher",
        "mañana el niño",
    ]


@pytest.mark.parametrize("turn", [-4, 3])
def test_a_crooked_page_is_read(ppocr, page_of, turn):
    text = ppocr.read(page_of(turn=turn), ReadOptions())
    read = " ".join(block.text for block in text.blocks)
    assert "jumps over the lazy dog" in read
    assert "counts 42 leaves" in read


@pytest.mark.parametrize("size", [(2000.0, 1500.0), (1500.0, 2000.0)])
def test_tiny_print_on_a_large_sheet_is_read_line_by_line(ppocr, page_of, size):
    page = page_of()
    page.image, page.dpi = draw(SMALL_PRINT, dpi=72, size=size), 72
    text = ppocr.read(page, ReadOptions())
    numbers = [int(re.findall(r"\d+", block.text)[0]) for block in text.blocks]
    assert numbers == list(range(100, 130))


def test_the_cells_of_a_table_as_small_as_in_a_web_page_are_read_one_by_one(ppocr, page_of):
    page = page_of()
    page.image, page.dpi = Image.new("RGB", (330, 140), "white"), 72
    pen, font = ImageDraw.Draw(page.image), ImageFont.load_default(7)
    for index in range(96):
        place = (8 + 40 * (index % 8), 5 + 11 * (index // 8))
        pen.text(place, ("12", "7")[index % 2], "black", font)
    blocks = ppocr.read(page, ReadOptions()).blocks
    assert Counter(block.text for block in blocks) == {"12": 48, "7": 48}


@pytest.mark.parametrize("turn", [0, 90])
def test_eight_point_letters_on_a_sheet_of_a2_are_read(ppocr, page_of, turn):
    """Drawn with 2,000 pixels, as smaller pages are, it loses half of them."""
    lines = [f"valve {number} of the pressure line" for number in range(100, 180)]
    sheet = draw("\n".join(lines), dpi=120 * 8 / 11, size=(1191 * 11 / 8, 1684 * 11 / 8))
    page = page_of()
    page.image, page.dpi = sheet.rotate(turn, expand=True), 120
    assert max(page.width, page.height) == pytest.approx(1684, abs=1)
    text = ppocr.read(page, ReadOptions())
    assert [block.text for block in text.blocks] == lines


def test_it_is_quiet_offline_and_does_not_import_the_package_whose_models_it_uses(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", ALONE], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "blank" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("turn", [0, 90])
def test_where_text_stands_is_seen_without_loading_what_reads(ppocr, page_of, turn):
    page = page_of(turn=turn)
    fresh = PpOcrEngine()
    boxes = fresh.text_boxes(page)
    assert fresh._reader is None
    blocks = ppocr.read(page, ReadOptions()).blocks
    assert covered_share(boxes, [block.box for block in blocks]) > 0.9
    assert covered_share([block.box for block in blocks], boxes) > 0.9
    assert ppocr.text_boxes(page) == boxes


def test_the_mode_fast_does_not_look_closer_and_best_always_does(ppocr, page_of):
    page = page_of()
    page.image, page.dpi = draw(SMALL_PRINT, dpi=72, size=(2000.0, 1500.0)), 72
    found = {
        mode: [block.text for block in ppocr.read(page, ReadOptions(mode=mode)).blocks]
        for mode in MODES
    }
    assert found["best"] == found["balanced"]
    assert len(found["fast"]) < len(found["best"])
