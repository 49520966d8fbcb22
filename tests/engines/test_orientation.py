"""Pages that stand upside down or lie on their side: what decides, and what comes of it."""

import numpy as np
import pytest

from pagemill.engines import orientation
from pagemill.model.page import PageFlag
from pagemill.ports import ReadOptions

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
    assert [block.text for block in text.blocks] == [
        "The quick brown fox",
        "jumps over the lazy dog",
        "and counts 42 leaves.",
    ]
    assert (text.rotation, PageFlag.ROTATED in text.flags) == ((360 - turn) % 360, turn != 0)
    ink = np.asarray(page.image) < 128
    outside = ink.copy()
    scale = page.dpi / 72
    for block in text.blocks:
        box = [round(length * scale) for length in corners(block.box)]
        assert ink[box[1] : box[3], box[0] : box[2]].any()
        outside[box[1] : box[3], box[0] : box[2]] = False
    assert outside.sum() < 0.02 * ink.sum()


def corners(box):
    return box.x0, box.y0, box.x1, box.y1


def test_a_single_line_upside_down_is_read(ppocr, page_of):
    text = ppocr.read(page_of("Nothing but this line", turn=180), ReadOptions())
    assert [block.text for block in text.blocks] == ["Nothing but this line"]
