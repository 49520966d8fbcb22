"""What was seen on the picture against what the text layer holds at the same place."""

import pytest

from pagemill.engines.agreement import Agreement, compare
from pagemill.model.page import Block, BlockKind, Box


def line(text: str, x0: float = 100, y0: float = 100, width: float = 300) -> Block:
    return Block(BlockKind.LINE, Box(x0, y0, x0 + width, y0 + 12), text)


@pytest.mark.parametrize(
    ("layer", "seen", "expected"),
    [
        ("The quick fox", "The quick fox", Agreement(same=11)),
        ("The quick fox", "the QUICK, fox.", Agreement(same=11)),
        ("ﬁne eﬀort", "fine effort", Agreement(same=10)),
        ("The quick fox", "Thequick fox", Agreement(same=11)),  # the reader missed a space
        ("Thequickfox", "The quick fox", Agreement(other=11)),  # the layer has none
        ("The quick fox", "The quiok fox", Agreement(same=6, other=5)),
        ("The fox", "The fox the fox", Agreement(same=6, absent=6)),
        ("The dog", "The fox the fox", Agreement(same=3, other=3, absent=6)),
        ("WKH TXLFN IRA", "The quick fox", Agreement(other=11)),
        ("日本語の文章", "日本の文章です", Agreement(same=5, other=1, absent=1)),
        ("...", "fox", Agreement(absent=3)),
        ("fox", "...", Agreement()),
    ],
)
def test_words_count_by_their_letters(layer, seen, expected):
    assert compare([line(layer)], [line(seen)]) == expected


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (line("fox", y0=103), Agreement(same=3)),  # boxes drawn more or less tightly
        (line("fox", y0=113), Agreement(absent=3)),  # the next line
        (line("fox", x0=500), Agreement(absent=3)),  # the next column
        (line("dog"), Agreement(other=3)),
    ],
)
def test_only_what_stands_at_the_same_place_counts(there, expected):
    assert compare([there], [line("fox")]) == expected


def test_a_line_seen_as_one_may_be_held_in_parts():
    parts = [line("fox jumps", x0=300, width=100), line("The quick", x0=100, width=100)]
    assert compare(parts, [line("The quick fox jumps")]) == Agreement(same=16)


def test_the_share_is_of_what_the_layer_holds_something_for():
    assert Agreement(same=60, other=20, absent=20).share == pytest.approx(0.75)
    assert Agreement(same=60, other=20, absent=20).letters == 100
    assert Agreement(absent=20).share == 0
