import json
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from accents import LANGUAGES, drawn
from engine_pages import GROUPS, Page, as_pdf, chosen_pages, evenly
from library import SAMPLES
from pagemill.testing.documents import page_body, picture, text_pdf


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A clean document of two pages, the first transcribed, and a scan."""
    made = tmp_path / "documents"
    made.mkdir()
    (made / "clean.pdf").write_bytes(text_pdf(2))
    (made / "clean.gt.txt").write_text(f"{page_body(1, 2)}\f{page_body(2, 2)}")
    (made / "layer.pdf").write_bytes(text_pdf(1))
    (made / "scan.png").write_bytes(picture("to be read"))
    (made / "scan.gt.txt").write_text("to be read")
    rows = [
        {"path": "clean.pdf", "kind": "born_digital", "pages": 2, "truth": ["clean.gt.txt"]},
        {"path": "layer.pdf", "kind": "tables", "pages": 1, "truth": []},
        {"path": "scan.png", "kind": "scans", "pages": 1, "truth": ["scan.gt.txt"]},
    ]
    (made / "samples.json").write_text(json.dumps(rows))
    return made


def of(group: str, pages: list[Page]) -> list[Page]:
    return [page for page in pages if page.group == group]


def pixels(page: Page) -> np.ndarray:
    return np.asarray(Image.open(page.path).convert("L"))


def test_pages_come_by_group_with_what_they_say(folder: Path, tmp_path: Path) -> None:
    pages = chosen_pages(folder, tmp_path, 4)
    assert [page.truth for page in of("scans", pages)] == ["to be read"]
    first, second, layer = of("tables, papers", pages)
    assert (first.truth, second.truth) == (page_body(1, 2), page_body(2, 2))
    assert "This is leaf 1." in layer.truth
    assert [page.is_ordered for page in (first, second, layer)] == [True, True, False]
    assert [page.group for page in pages] == sorted(
        (page.group for page in pages), key=GROUPS.index
    )


def test_clean_pages_are_turned_each_in_its_own_way_first(folder: Path, tmp_path: Path) -> None:
    pages = chosen_pages(folder, tmp_path, 3)
    upright = {page.truth: pixels(page) for page in of("tables, papers", pages)}
    turned = of("rotated", pages)
    quarters = [
        next(k for k in range(4) if np.array_equal(np.rot90(pixels(p), k), upright[p.truth]))
        for p in turned
    ]
    assert [page.truth for page in turned] == [page_body(n, 2) for n in (1, 2, 1)]
    assert quarters == [1, 2, 2]  # quarter turns back


def test_clean_pages_are_spoilt_and_keep_their_truth(folder: Path, tmp_path: Path) -> None:
    spoilt = of("degraded", chosen_pages(folder, tmp_path, 9))
    assert len({page.path.stem.rpartition("-")[2] for page in spoilt}) == 9
    assert {page.truth for page in spoilt} == {page_body(1, 2), page_body(2, 2)}
    (coarse,) = (page for page in spoilt if "72 dpi" in page.path.name)
    assert pixels(coarse).shape == (792, 612)


def test_pages_with_accents_know_their_language(folder: Path, tmp_path: Path) -> None:
    drawn("Ž", "DejaVuSans.ttf")
    pages = of("accented", chosen_pages(folder, tmp_path, 10))
    assert [page.language for page in pages] == [code for code in LANGUAGES for _ in range(2)]
    assert all(page.truth == LANGUAGES[page.language] for page in pages)
    assert all(pixels(page).min() == 0 for page in pages)


def test_the_samples_give_pages_of_every_group_but_receipts(tmp_path: Path) -> None:
    pages = chosen_pages(SAMPLES, tmp_path, 1)
    assert [page.group for page in pages] == [group for group in GROUPS if group != "receipts"]


def test_a_few_are_chosen_evenly() -> None:
    assert evenly(range(10), 4) == [0, 2, 5, 7]
    assert evenly(range(3), 9) == [0, 1, 2]
    assert evenly([], 2) == []


def test_the_document_of_pictures_has_their_pixels(folder: Path, tmp_path: Path) -> None:
    (page,) = of("scans", chosen_pages(folder, tmp_path, 1))
    with pikepdf.open(as_pdf([page, page])) as pdf:
        assert len(pdf.pages) == 2
        (image,) = pdf.pages[1].Resources.XObject.values()
        shown = np.asarray(pikepdf.PdfImage(image).as_pil_image().convert("L"))
        sides = [round(float(side)) for side in pdf.pages[1].MediaBox]
        assert sides == [0, 0, 612, 792]
    assert np.array_equal(shown, pixels(page))
