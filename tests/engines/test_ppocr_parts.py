"""The steps inside the `ppocr` engine, each on values of its own."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pagemill.engines.detection import Detector, lines_of
from pagemill.engines.orientation import size_of
from pagemill.engines.recognition import MAX_BATCH, batches, cut_line


def blob(*corners: tuple[int, int]) -> np.ndarray:
    """A probability map of 200 x 100 pixels with one region of text in it."""
    image = Image.new("L", (200, 100), 0)
    ImageDraw.Draw(image).polygon(corners, 255)
    return np.asarray(image, np.float32) / 255


def test_a_line_grows_beyond_the_core_that_the_network_marks():
    (quad,) = lines_of(blob((20, 40), (180, 40), (180, 50), (20, 50)))
    left, top = quad.min(axis=0)
    right, bottom = quad.max(axis=0)
    assert left < 20
    assert right > 180
    assert 28 < top < 36
    assert 54 < bottom < 62


def test_corners_run_clockwise_from_the_top_left_of_a_climbing_line():
    (quad,) = lines_of(blob((20, 60), (178, 30), (180, 40), (22, 70)))
    top_left, top_right, bottom_right, bottom_left = quad
    assert top_left[0] < top_right[0]
    assert bottom_left[0] < bottom_right[0]
    assert top_left[1] < bottom_left[1]
    assert top_right[1] < bottom_right[1]
    assert top_right[1] < top_left[1]


@pytest.mark.parametrize("lean", [-6, 6])
def test_the_top_of_a_line_that_runs_down_is_its_short_side_even_where_it_leans(lean):
    (quad,) = lines_of(blob((50 - lean, 5), (58 - lean, 5), (58 + lean, 95), (50 + lean, 95)))
    width, height = size_of(quad)
    assert height > 4 * width
    assert quad[0, 0] < quad[1, 0]
    assert quad[0, 1] < quad[3, 1]


def test_specks_and_faint_regions_are_no_lines():
    assert lines_of(blob((50, 50), (51, 50), (51, 51))) == []
    assert lines_of(0.4 * blob((20, 40), (180, 40), (180, 50), (20, 50))) == []
    assert lines_of(np.zeros((64, 64), np.float32)) == []


@pytest.mark.parametrize(
    ("longer", "side", "most", "seen"),
    [(1920, 960, 1.0, 960), (512, 960, 1.0, 512), (512, 1280, 2.0, 1024), (960, 1280, 2.0, 1280)],
)
def test_a_picture_is_shown_to_the_detector_larger_only_where_asked(longer, side, most, seen):
    views = []

    def run(view: np.ndarray) -> np.ndarray:
        views.append(view.shape)
        return np.zeros((1, 1, *view.shape[2:]), np.float32)

    Detector(run).find(np.full((longer // 2, longer, 3), 255, np.uint8), side, most)
    assert views == [(1, 3, seen // 2, seen)]


def test_a_line_is_cut_level_from_a_tilted_picture():
    image = Image.new("RGB", (200, 100), "white")
    ImageDraw.Draw(image).polygon(((20, 60), (178, 30), (180, 40), (22, 70)), "black")
    crop = cut_line(
        np.asarray(image), np.array([(20, 60), (178, 30), (180, 40), (22, 70)], np.float32)
    )
    height, width = crop.shape[:2]
    assert width == pytest.approx(161, abs=2)
    assert height == pytest.approx(10, abs=2)
    assert crop[2:-2, 4:-4].mean() < 40


def test_a_line_that_runs_upward_is_laid_down():
    pixels = np.zeros((100, 50, 3), np.uint8)
    pixels[:20] = 255  # the end of a line that is read from bottom to top
    crop = cut_line(pixels, np.array([(10, 0), (30, 0), (30, 100), (10, 100)], np.float32))
    assert crop.shape == (20, 100, 3)
    assert crop[:, :10].mean() in {0, 255}


@pytest.mark.parametrize(
    "corners",
    [
        [(-20, -20), (30, -20), (30, 8), (-20, 8)],
        [(190, 90), (260, 90), (260, 140), (190, 140)],
        [(400, 400), (500, 400), (500, 420), (400, 420)],
        [(5, 5), (5, 5), (5, 5), (5, 5)],
    ],
)
def test_a_line_at_the_edge_or_beyond_still_gives_a_crop(corners):
    crop = cut_line(np.zeros((100, 200, 3), np.uint8), np.array(corners, np.float32))
    assert crop.size
    assert crop.shape[2] == 3


def test_lines_of_like_width_are_read_together_and_none_is_lost():
    widths = [40, 60, 61, 2000, 63, 62, 700, 59, 58]
    runs = list(batches(widths))
    assert sorted(index for _, members in runs for index in members) == list(range(len(widths)))
    assert all(len(members) <= MAX_BATCH for _, members in runs)
    assert all(widths[index] <= padded for padded, members in runs for index in members)
    assert max(len(members) for _, members in runs) > 1
