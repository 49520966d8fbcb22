"""What a person looks for, and what is shown of where it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagemill.model.search import (
    MAX_TERMS,
    SNIPPET,
    Term,
    Wanted,
    snippet,
    spans_of,
    wanted_of,
    words_apart,
)
from pagemill.model.wording import MAX_WORD, plain_text, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Größer, GRÖẞER", ["grosser", "grosser"]),
        (
            "e\u0301te\u0301 naïve Œuvre Łódź smørrebrød",
            ["ete", "naive", "oeuvre", "lodz", "smorrebrod"],
        ),
        ("ﬁne ½ snake_case don't", ["fine", "1", "2", "snake", "case", "don", "t"]),
        ("東京は 12月", ["東", "京", "は", "12", "月"]),
        ("शान्ति की बात।", ["शान्ति", "की", "बात"]),
        ("السَّلَامُ ἀρετή", ["السلام", "αρετη"]),
        ("\x00\ud800 — … !", []),
    ],
)
def test_words_are_folded_and_parted_in_any_script(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("mill riv", Wanted((Term(("mill",)), Term(("riv",), is_prefix=True)))),
        ("mill riv ", Wanted((Term(("mill",)), Term(("riv",))))),
        ("m", Wanted((Term(("m",)),))),
        ("mil* river ", Wanted((Term(("mil",), is_prefix=True), Term(("river",))))),
        ('"by the riv', Wanted((Term(("by", "the", "riv"), is_prefix=True),))),
        ('"by the riv"', Wanted((Term(("by", "the", "riv")),))),
        (
            '-"the sea" mill -wind',
            Wanted((Term(("mill",)),), (Term(("the", "sea")), Term(("wind",)))),
        ),
        ('- "" * -- \x00', Wanted()),
    ],
)
def test_a_query_is_read_as_people_write_it(query: str, wanted: Wanted) -> None:
    assert wanted_of(query) == wanted


@given(st.text(), st.text())
def test_any_text_and_any_query_give_whole_pieces(text: str, query: str) -> None:
    wanted = wanted_of(query)
    assert len(wanted.terms) + len(wanted.without) <= MAX_TERMS
    assert all(len(word) <= MAX_WORD for word in words_of(text))
    spans = spans_of(text, wanted)
    assert all(start < end <= len(text) for start, end in spans)
    pieces = snippet(text, wanted)
    assert any(piece.is_hit for piece in pieces) == bool(spans)
    plain_text(iter([text, query]), 1000).encode()


def test_a_snippet_begins_where_most_of_it_stands() -> None:
    text = (
        "A mill. " + "Nothing of the kind. " * 40 + "The mill by the river, a mill! " + "x " * 400
    )
    pieces = snippet(text, wanted_of("mill river "))
    assert [piece.text for piece in pieces if piece.is_hit] == ["mill", "river", "mill"]
    assert pieces[0].text == pieces[-1].text[-1] == "…"
    assert len("".join(piece.text for piece in pieces)) < SNIPPET + 60


def test_words_that_were_broken_at_the_end_of_a_line_are_whole() -> None:
    lines = ["a wind-", "mill of Jean-", "Paul in 1914-", "18"]
    assert plain_text(iter(lines), 100) == "a windmill of Jean-Paul in 1914-\n18"


def test_a_phrase_over_two_lines_is_looked_for_word_by_word() -> None:
    apart = words_apart(wanted_of('"by the riv'))
    assert apart.terms == (Term(("by",)), Term(("the",)), Term(("riv",), is_prefix=True))
