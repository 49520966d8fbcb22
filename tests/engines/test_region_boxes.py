"""What the network of regions says, decoded."""

import numpy as np
import pytest

from pagemill.engines.region_boxes import CLASSES, HEIGHT, STRIDES, WIDTH, decoded

BINS = 8
TITLE, TEXT = CLASSES.index("title"), CLASSES.index("text")


class Answer:
    """The network's eight arrays, nothing found; boxes are added in pixels of the view."""

    def __init__(self) -> None:
        self.grids = [(-(-HEIGHT // stride), -(-WIDTH // stride)) for stride in STRIDES]
        cells = [rows * columns for rows, columns in self.grids]
        self.scores = [np.full((1, n, len(CLASSES)), 0.01, np.float32) for n in cells]
        self.sides = [np.zeros((1, n, 4 * BINS), np.float32) for n in cells]

    def add(self, at: tuple[int, int], steps: tuple[int, int, int, int], kind: int, score: float):
        """At a cell (row, column) of the coarsest grid: `steps` cells from its middle to the left,
        top, right and bottom.
        """
        cell = at[0] * self.grids[-1][1] + at[1]
        self.scores[-1][0, cell, kind] = score
        self.sides[-1][0, cell].reshape(4, BINS)[range(4), steps] = 100.0

    def decoded(self):
        return decoded([*self.scores, *self.sides])


def test_a_silent_network_has_found_nothing():
    assert Answer().decoded() == []


def test_sides_stand_so_many_cells_from_the_middle_of_theirs():
    answer = Answer()
    answer.add((4, 3), (1, 2, 3, 1), TITLE, 0.9)
    (found,) = answer.decoded()
    x, y, stride = 3.5 * 64, 4.5 * 64, 64
    box = ((x - stride) / WIDTH, (y - 2 * stride) / HEIGHT, (x + 192) / WIDTH, (y + 64) / HEIGHT)
    assert (found.name, found.confidence) == ("title", pytest.approx(0.9))
    assert found.box == pytest.approx(box)


def test_a_side_is_the_mean_of_its_distribution():
    answer = Answer()
    answer.add((4, 3), (1, 1, 1, 1), TITLE, 0.9)
    answer.sides[-1][0, 4 * answer.grids[-1][1] + 3].reshape(4, BINS)[0, 3] = 100.0
    (found,) = answer.decoded()
    assert found.box[0] == pytest.approx((3.5 * 64 - 2 * 64) / WIDTH)


def test_boxes_end_at_the_edge_of_the_view():
    answer = Answer()
    answer.add((0, 0), (7, 7, 1, 1), TITLE, 0.9)
    (found,) = answer.decoded()
    assert found.box[:2] == (0, 0)


def test_of_boxes_of_one_class_upon_each_other_the_surest_stays():
    answer = Answer()
    answer.add((4, 3), (2, 2, 2, 2), TITLE, 0.7)
    answer.add((4, 4), (3, 2, 1, 2), TITLE, 0.8)
    answer.add((9, 4), (2, 2, 2, 2), TITLE, 0.6)
    assert [round(found.confidence, 1) for found in answer.decoded()] == [0.8, 0.6]


def test_boxes_of_two_classes_are_both_told_the_surest_first():
    answer = Answer()
    answer.add((4, 3), (2, 2, 2, 2), TEXT, 0.6)
    answer.add((4, 3), (2, 2, 2, 2), TITLE, 0.8)
    assert [found.name for found in answer.decoded()] == ["title", "text"]


def test_another_network_is_refused():
    answer = Answer()
    with pytest.raises(ValueError, match="7 outputs"):
        decoded([*answer.scores, *answer.sides[1:]])
