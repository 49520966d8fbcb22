"""A document of which one page is in letters that nobody named and no pack here reads."""

import io
from pathlib import Path

import pytest
from babel import Locale
from PIL import Image, ImageDraw, ImageFont

from pagemill.engines.tesseract import make_tesseract
from pagemill.testing.documents import draw

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"
DPI = 150


def russian() -> Image.Image:
    names = sorted(Locale.parse("ru").territories.values())[20:56]
    paper = Image.new("L", (1275, 1650), 255)
    pen = ImageDraw.Draw(paper)
    for row in range(12):
        line = " ".join(names[3 * row : 3 * row + 3])[:48]
        pen.text((80, 80 + 60 * row), line, font=ImageFont.truetype(FONT, 26), fill=0)
    return paper


@pytest.fixture
def only_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The packs of this machine, but for those of other letters."""
    here = make_tesseract()
    folder = tmp_path / "packs"
    folder.mkdir()
    for name in ("eng", "osd"):
        (folder / f"{name}.traineddata").symlink_to(here._folder / f"{name}.traineddata")
    monkeypatch.setenv("TESSDATA_PREFIX", str(folder))


@pytest.mark.parametrize("runtime", ["auto", "openvino-f32"])
@pytest.mark.usefixtures("only_english")
def test_that_page_fails_alone_by_the_name_of_its_script_and_tells_what_to_install(
    run, tmp_path, runtime
):
    first, last = (draw(text, dpi=DPI) for text in ("Harbour report", "The ship left at dawn"))
    out = io.BytesIO()
    first.save(
        out, "TIFF", save_all=True, append_images=[russian(), last, russian()], dpi=(DPI, DPI)
    )
    (tmp_path / "mixed.tiff").write_bytes(out.getvalue())

    done = run("convert", "mixed.tiff", "-o", "out", ocr_runtime=runtime)

    assert done.returncode == 1
    markdown = (tmp_path / "out" / "mixed.md").read_text()
    assert "Harbour report" in markdown
    assert "The ship left at dawn" in markdown
    assert "Page 2 could not be read" in markdown
    assert "Cyrillic" in markdown
    assert "mixed.tiff, page 2: " in done.stderr
    assert "mixed.tiff, page 4: " in done.stderr
    assert done.stderr.count("apt-get install tesseract-ocr-rus") == 1  # what helps is said once
