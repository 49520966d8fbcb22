"""How much of what stands on a page was read."""

import pytest

from pagemill.engines.coverage import covered_share
from pagemill.model.page import Box

LINES = [Box(0, 20 * row, 100, 20 * row + 10) for row in range(4)]


@pytest.mark.parametrize(
    ("read", "share"),
    [
        (LINES, 1.0),
        ([Box(0, 0, 100, 100)], 1.0),
        (LINES[:2], 0.5),
        ([Box(0, 20 * row, 50, 20 * row + 10) for row in range(4)], 0.5),
        (LINES[:1] * 9, 0.25),  # one line read nine times is one line
        ([Box(200, 0, 300, 10)], 0.0),
        ([], 0.0),
    ],
)
def test_the_share_is_of_the_area_that_was_seen(read, share):
    assert covered_share(LINES, read) == pytest.approx(share)


def test_where_nothing_is_seen_nothing_is_left_out():
    assert covered_share([], []) == 1.0
    assert covered_share([Box(5, 5, 5, 9)], []) == 1.0
