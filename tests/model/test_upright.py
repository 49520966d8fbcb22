"""From a page as it lies to the page as it was read, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagemill.model.page import Box
from pagemill.model.upright import Upright

PAGE = (600.0, 800.0)
turns = st.builds(
    Upright, st.just(600.0), st.just(800.0), st.sampled_from([0, 90, 180, 270]), st.floats(-10, 10)
)
# At least as long as high, as lines are: of a steep square nothing is known but its frame.
level_boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    st.floats(50, 400),
    st.floats(50, 500),
    st.floats(20, 150),
    st.floats(1, 20),
)


def sides(box: Box) -> tuple[float, float, float, float]:
    return box.x0, box.y0, box.x1, box.y1


def test_a_page_that_stands_as_it_was_read_keeps_its_boxes() -> None:
    box = Box(10, 20, 110, 32)
    upright = Upright(*PAGE)
    assert upright.size == PAGE
    assert sides(upright.level(box)) == pytest.approx(sides(box))
    assert sides(upright.as_it_lies(box)) == pytest.approx(sides(box))


@pytest.mark.parametrize(
    ("rotation", "place"),
    [
        (90, (768.0, 10.0, 780.0, 110.0)),  # the top left goes to the top right
        (180, (490.0, 768.0, 590.0, 780.0)),
        (270, (20.0, 490.0, 32.0, 590.0)),
    ],
)
def test_quarter_turns_are_clockwise(rotation: int, place: tuple[float, ...]) -> None:
    upright = Upright(*PAGE, rotation)
    assert sides(upright.level(Box(10, 20, 110, 32))) == pytest.approx(place)
    assert upright.size == (PAGE if rotation == 180 else PAGE[::-1])


def test_a_page_that_leans_clockwise_is_turned_back() -> None:
    """Lines that fall to the right are level again: their right end goes up."""
    (a, b, _), (d, e, _) = Upright(*PAGE, 0, 3.0).matrix()
    assert (a, e) == pytest.approx((1, 1), abs=0.01)
    assert (b, d) == pytest.approx((0.0523, -0.0523), abs=0.001)


@given(turns, level_boxes)
def test_a_level_box_survives_the_way_to_the_page_and_back(upright: Upright, box: Box) -> None:
    again = upright.level(upright.as_it_lies(box))
    width, height = box.width, box.height
    assert (again.x0 + again.x1, again.y0 + again.y1) == pytest.approx(
        (box.x0 + box.x1, box.y0 + box.y1)
    )
    # Very flat lines keep a share of their frame's height.
    assert again.width == pytest.approx(width)
    assert again.height >= height - 1e-6


@given(turns, level_boxes)
def test_what_is_read_lies_within_its_box_on_the_page(upright: Upright, box: Box) -> None:
    on_page = upright.as_it_lies(box)
    (a, b, c), (d, e, f) = upright.matrix()
    x, y = (on_page.x0 + on_page.x1) / 2, (on_page.y0 + on_page.y1) / 2
    assert a * x + b * y + c == pytest.approx((box.x0 + box.x1) / 2)
    assert d * x + e * y + f == pytest.approx((box.y0 + box.y1) / 2)
    assert on_page.width * on_page.height >= box.width * box.height - 1e-6
