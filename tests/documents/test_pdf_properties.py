"""What holds for any page: nothing drawn apart is lost or read twice, nothing drawn does harm."""

import itertools
import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawn_pdfs import drawn_pdf, has_edges_for_each_word, say
from pagemill.documents import PageOpener
from pagemill.model.document import PDF
from pagemill.model.page import Box, NativeText

WORDS = ["alpha", "be", "gamma-ray", "1,250.00", "I", "ff", "(x)", "www", "11", "Mill"]
NUMBERS = st.sampled_from([0, 1, -1, 3.5, 100, 300, 611, 792, -500, 5000, 1e6, -1e9, 1e-9])
OPERATORS = ["{} {} m", "{} {} l", "{} {} {} {} {} {} c", "{} {} {} {} re", "h", "S", "f", "B", "n"]
OPERATORS += [
    "{} w",
    "{} {} {} {} {} {} cm",
    "q",
    "Q",
    "[{} {}] 0 d",
    "{} g",
    "{} G",
    "/Im0 Do",
    "W",
]


@pytest.fixture(scope="module")
def read_any(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], NativeText]:
    folder: Path = tmp_path_factory.mktemp("pages")
    numbers = itertools.count()

    def read(data: bytes) -> NativeText:
        path = folder / f"{next(numbers)}.pdf"
        path.write_bytes(data)
        document = PageOpener(1_000_000).open(path, PDF)
        try:
            return document.page(1).native_text()
        finally:
            document.close()
            path.unlink()

    return read


@st.composite
def placed_words(draw: st.DrawFn) -> list[tuple[str, float, float, float]]:
    """Words at places of a grid, in any order, each with its size."""
    places = [(30 + 95 * column, 40 + 40 * row) for column in range(6) for row in range(18)]
    chosen = draw(st.lists(st.sampled_from(places), min_size=1, max_size=40, unique=True))
    sizes = st.sampled_from([4, 7.5, 10, 12, 18])
    return [(draw(st.sampled_from(WORDS)), x, y, draw(sizes)) for x, y in chosen]


@settings(max_examples=40, deadline=None)
@given(placed=placed_words())
def test_every_word_is_read_once_and_where_it_stands(
    read_any: Callable[[bytes], NativeText], placed: list[tuple[str, float, float, float]]
) -> None:
    native = read_any(
        drawn_pdf("".join(say(_escaped(text), x, y, size) for text, x, y, size in placed))
    )
    read = Counter(part for line in native.lines for part in line.text.split())
    assert read == Counter(text for text, *_ in placed)
    assert all(map(has_edges_for_each_word, native.lines))
    seen = sorted(left for line in native.lines for left, _ in line.words)
    drawn = sorted(x for _, x, _, _ in placed)
    assert all(abs(a - b) < 2 for a, b in zip(seen, drawn, strict=True))


def _escaped(text: str) -> str:
    return text.replace("(", r"\(").replace(")", r"\)")


@st.composite
def scribbles(draw: st.DrawFn) -> str:
    operators = draw(st.lists(st.sampled_from(OPERATORS), max_size=60))
    return "\n".join(
        o.format(*(f"{draw(NUMBERS):f}" for _ in range(o.count("{}")))) for o in operators
    )


@settings(max_examples=60, deadline=None)
@given(scribble=scribbles())
def test_whatever_is_drawn_marks_lie_on_the_page(
    read_any: Callable[[bytes], NativeText], scribble: str
) -> None:
    marks = read_any(drawn_pdf(scribble)).marks
    for box in (*marks.rules, *marks.fills, *marks.pictures, *marks.drawings):
        assert _is_on_page(box)


def _is_on_page(box: Box) -> bool:
    edges = (box.x0, box.y0, box.x1, box.y1)
    is_in = 0 <= box.x0 <= box.x1 <= 612 and 0 <= box.y0 <= box.y1 <= 792
    return is_in and all(map(math.isfinite, edges))
