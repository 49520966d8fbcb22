"""Pictures made ready for Tesseract: what is done to flawed ones, and that clean ones stay."""

import numpy as np
import pytest
from PIL import Image

from pagemill.engines.preparation import cleaned, prepared, without_specks
from pagemill.engines.slant import slant_of
from pagemill.testing import degraded
from pagemill.testing.documents import draw, page_body

DPI = 150


@pytest.fixture(scope="module")
def page() -> Image.Image:
    return draw("\n".join(page_body(number, 6) for number in range(1, 7)), dpi=DPI)


def rgb(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB"))


def unrest(image: np.ndarray, page: Image.Image) -> float:
    """How far it differs from the clean page, in levels, beyond being lighter or darker."""
    return float((image.astype(float) - np.asarray(page)).std())


@pytest.mark.parametrize("how", [lambda page: page, lambda page: degraded.squeezed(page, 60)])
def test_a_clean_picture_stays_as_it_is(page, how):
    clean = how(page)
    ready = prepared(rgb(clean))
    assert np.array_equal(ready.pixels, np.asarray(clean))
    assert ready.skew == 0.0
    assert ready.back((10, 20, 30, 40)) == (10, 20, 30, 40)


@pytest.mark.parametrize(("flaw", "better"), [("shadow", 5), ("noise", 2), ("speckle", 2)])
def test_a_flaw_is_taken_out_and_the_letters_stay(page, flaw, better):
    flawed = np.asarray(degraded.usual(DPI)[flaw](page))
    assert better * unrest(cleaned(flawed), page) < unrest(flawed, page)


@pytest.mark.parametrize("flaw", ["noise", "shadow", "blur", "jpeg 20"])
def test_only_specks_are_taken_out_for_ppocr(page, flaw):
    for other in (page, degraded.usual(DPI)[flaw](page), degraded.speckle(page, 0.1)):
        assert np.array_equal(without_specks(rgb(other)), rgb(other))
    speckled = rgb(degraded.speckle(page))
    assert 2 * unrest(without_specks(speckled)[:, :, 1], page) < unrest(speckled[:, :, 1], page)


def test_the_dots_and_strokes_of_small_print_are_no_specks():
    table = np.full((176, 320), 255, np.uint8)
    for left in (6, 100, 220):
        for top in range(4, 170, 11):
            table[top : top + 6 : 2, left : left + 70 : 3] = 0
    small_print = Image.fromarray(table)
    assert np.array_equal(without_specks(rgb(small_print)), rgb(small_print))
    assert np.array_equal(cleaned(table), table)


def test_white_letters_on_a_dark_box_stay(page):
    pixels = np.array(page)
    pixels[300:700, 100:900] = 110
    pixels[480:500, 300:600] = 255
    assert np.array_equal(cleaned(pixels), pixels)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("degrees", [-12.0, -1.0, 0.0, 0.8, 4.0, 15.0])
def test_lines_say_by_how_much_they_lean_whichever_way_they_run(page, degrees, turn):
    leaning = degraded.skewed(page, degrees).rotate(-turn, expand=True, fillcolor=255)
    assert slant_of(np.asarray(leaning)) == pytest.approx(degrees, abs=0.15)


@pytest.mark.parametrize("flaw", ["noise", "speckle", "shadow", "blur", "72 dpi"])
def test_flaws_do_not_hide_the_slant(page, flaw):
    leaning = degraded.usual(DPI)[flaw](degraded.skewed(page, 7.0))
    assert slant_of(np.asarray(leaning)) == pytest.approx(7.0, abs=0.25)


def test_what_has_no_lines_does_not_lean():
    dots = np.random.default_rng(1)
    assert slant_of(np.full((400, 300), 255, np.uint8)) == 0.0
    assert slant_of(dots.integers(0, 255, (400, 300)).astype(np.uint8)) == 0.0
    disc = np.hypot(*np.mgrid[-200:200, -200:200]) < 150
    assert slant_of(np.where(disc, 0, 255).astype(np.uint8)) == 0.0


@pytest.mark.parametrize(("degrees", "enlarge"), [(0.0, 2.0), (6.0, 1.0), (-6.0, 2.0)])
def test_places_on_the_prepared_picture_are_found_again_on_the_given_one(page, degrees, enlarge):
    """The ink of the lowest line, found by looking on each of them."""
    given = degraded.skewed(page, degrees)
    ready = prepared(rgb(given), enlarge)
    assert ready.pixels.shape[1] >= enlarge * given.width
    rows = np.flatnonzero((ready.pixels < 128).any(axis=1))
    columns = np.flatnonzero((ready.pixels < 128).any(axis=0))
    x0, y0, x1, y1 = ready.back((columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
    ink = np.asarray(given) < 128
    middle = np.argwhere(ink).mean(axis=0)
    assert ink[max(0, round(y0)) : round(y1), max(0, round(x0)) : round(x1)].sum() == ink.sum()
    assert abs((y0 + y1) / 2 - given.height / 2) < given.height / 4
    assert x0 < middle[1] < x1
