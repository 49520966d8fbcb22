"""Worse copies of pages, for tests and benches."""

import numpy as np
import pytest
from PIL import Image

from pagemill.testing import degraded
from pagemill.testing.documents import draw

DPI = 150


@pytest.fixture(scope="module")
def page() -> Image.Image:
    return draw("Some words\non a page", dpi=DPI, size=(200.0, 100.0))


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("name", degraded.usual(DPI))
def test_a_copy_is_another_picture_of_the_same_mode_and_always_the_same(page, mode, name):
    clean = page.convert(mode)
    once, again = (degraded.usual(DPI)[name](clean) for _ in range(2))
    assert once.mode == mode
    assert once.tobytes() == again.tobytes() != clean.tobytes()


@pytest.mark.parametrize("name", ["noise", "speckle", "shadow", "blur", "jpeg 20"])
def test_only_coarse_and_skewed_copies_have_another_size(page, name):
    assert degraded.usual(DPI)[name](page).size == page.size


def test_a_coarse_copy_is_smaller_by_as_much_as_was_asked(page):
    assert degraded.coarse(page, DPI / 75).size == (page.width // 2, page.height // 2)


def test_a_skewed_copy_leans_clockwise_and_loses_nothing():
    rule = np.full((200, 400), 255, np.uint8)
    rule[98:102, 50:350] = 0
    ink = np.asarray(degraded.skewed(Image.fromarray(rule), 10.0)) < 128
    left, right = (np.flatnonzero(ink[:, columns].any(axis=1)).mean() for columns in ends(ink))
    assert right - left == pytest.approx(np.tan(np.radians(10.0)) * 200, abs=4)
    assert ink.sum() == pytest.approx(4 * 300, rel=0.05)


def ends(ink):
    middle = ink.shape[1] // 2
    return slice(middle - 105, middle - 95), slice(middle + 95, middle + 105)
