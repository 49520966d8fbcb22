"""Pages that stand upside down or lie on their side: what decides, and what comes of it."""

import numpy as np
import pytest

from pagemill.engines import orientation
from pagemill.model.page import PageFlag
from pagemill.ports import ReadOptions
from pagemill.testing import degraded

WORDS = "The quick brown fox\njumps over the lazy dog\nand counts 42 leaves."
WIDE, TALL, DOT = (100.0, 10.0), (10.0, 100.0), (10.0, 10.0)


@pytest.mark.parametrize(
    ("sizes", "is_on_side"),
    [
        ([], False),
        ([WIDE], False),
        ([TALL], True),
        ([DOT, DOT], False),
        ([DOT, TALL], True),
        ([WIDE, TALL], False),
        ([WIDE, TALL, TALL], False),
        ([WIDE, TALL, TALL, TALL], True),
    ],
)
def test_lines_that_run_up_or_down_say_that_a_page_lies_on_its_side(sizes, is_on_side):
    assert orientation.lies_on_side(sizes) is is_on_side


@pytest.mark.parametrize(
    ("on_side", "given", "flipped", "rotation"),
    [
        (False, [], [], 0),
        (False, [0.99], [], 0),
        (False, [0.7], [], 0),
        (False, [0.7], [0.98], 180),
        (False, [0.7], [0.6], 0),
        (False, [0.5], [0.7], 0),
        (False, [0.6, 0.5, 0.6], [0.1, 0.98, 0.97], 180),
        (True, [], [], 0),
        (True, [0.99], [], 270),
        (True, [0.7], [0.98], 90),
        (True, [0.85], [0.6], 270),
        (True, [0.6], [], 0),
        (True, [0.5], [0.7], 0),
    ],
)
def test_a_page_is_turned_only_if_it_reads_better_that_way(on_side, given, flipped, rotation):
    assert orientation.rotation_of(on_side=on_side, given=given, flipped=flipped) == rotation


@pytest.mark.parametrize(
    ("confidences", "is_doubtful"),
    [([], False), ([0.99, 0.95], False), ([0.99, 0.6], True), ([0.7], True)],
)
def test_the_classifier_is_asked_only_about_lines_that_read_badly(confidences, is_doubtful):
    assert orientation.is_doubtful(confidences) is is_doubtful


@pytest.mark.parametrize(
    ("votes", "may_be"), [([], False), ([0.1, 0.3], False), ([0.0, 0.3, 1.0], True), ([0.9], True)]
)
def test_the_classifier_clears_a_page_only_if_it_hardly_wavers(votes, may_be):
    assert orientation.may_be_head_down(votes) is may_be


def test_the_longest_lines_come_first_whichever_way_they_run():
    assert orientation.longest([DOT, WIDE, (5.0, 200.0)]) == [2, 1, 0]


def leaning(degrees, count=5, size=(200.0, 10.0)):
    """As many lines of a size, each turned clockwise about its top left."""
    across = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    down = np.array([-across[1], across[0]])
    wide, high = size[0] * across, size[1] * down
    line = 50 + np.array([0 * wide, wide, wide + high, high])
    return [line + np.array([0, 20 * row]) for row in range(count)]


@pytest.mark.parametrize("degrees", [-15, -1, 0.3, 5, 15])
def test_the_slant_of_long_lines_is_the_page_s(degrees):
    words = leaning(30, count=9, size=(20.0, 10.0))
    assert orientation.skew_of(leaning(degrees) + words) == pytest.approx(degrees, abs=0.01)


@pytest.mark.parametrize(
    "quads",
    [
        [],
        leaning(5, count=2),  # too few
        leaning(5, size=(30.0, 10.0)),  # words may be found at any angle
        leaning(0.1),
        leaning(30),
        leaning(-6) + leaning(6),
        leaning(5, size=(10.0, 200.0)),
    ],
)
def test_lines_that_leave_it_open_make_no_page_skewed(quads):
    assert orientation.skew_of(quads) == 0.0


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_corners_turn_with_their_picture_and_back(rotation):
    pixels = np.zeros((40, 90, 3), np.uint8)
    pixels[5:9, 20:60] = 255
    quad = np.array([(20, 5), (60, 5), (60, 9), (20, 9)], np.float32)
    picture = orientation.turned_picture(pixels, rotation)
    turned = orientation.turned_quad(quad, rotation, (90, 40))
    left, top = turned.min(axis=0).astype(int)
    right, bottom = turned.max(axis=0).astype(int)
    assert picture[top:bottom, left:right].all()
    assert picture.any(axis=2).sum() == (right - left) * (bottom - top)
    size = (picture.shape[1], picture.shape[0])
    assert np.array_equal(orientation.turned_quad(turned, (360 - rotation) % 360, size), quad)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_is_read_however_it_lies_and_its_boxes_fit_it_as_it_lies(ppocr, page_of, turn):
    page = page_of(turn=turn)
    text = ppocr.read(page, ReadOptions())
    assert [block.text for block in text.blocks] == WORDS.splitlines()
    assert (text.rotation, PageFlag.ROTATED in text.flags) == ((360 - turn) % 360, turn != 0)
    ink = np.asarray(page.image) < 128
    outside = ink.copy()
    scale = page.dpi / 72
    for block in text.blocks:
        box = [round(length * scale) for length in corners(block.box)]
        assert ink[box[1] : box[3], box[0] : box[2]].any()
        outside[box[1] : box[3], box[0] : box[2]] = False
    assert outside.sum() < 0.02 * ink.sum()


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("skew", [-10.0, 3.0, 15.0])
def test_a_skewed_page_is_read_and_says_by_how_much(ppocr, page_of, turn, skew):
    page = page_of()
    page.image = degraded.skewed(page.image, skew).rotate(-turn, expand=True)
    text = ppocr.read(page, ReadOptions())
    assert [block.text for block in text.blocks] == WORDS.splitlines()
    assert text.rotation == (360 - turn) % 360
    assert text.skew == pytest.approx(skew, abs=0.4)
    assert PageFlag.SKEWED in text.flags


def test_a_level_page_is_not_called_skewed(ppocr, page_of):
    text = ppocr.read(page_of(), ReadOptions())
    assert (text.skew, text.flags) == (0.0, ())


def corners(box):
    return box.x0, box.y0, box.x1, box.y1


def test_a_single_line_upside_down_is_read(ppocr, page_of):
    text = ppocr.read(page_of("Nothing but this line", turn=180), ReadOptions())
    assert [block.text for block in text.blocks] == ["Nothing but this line"]
