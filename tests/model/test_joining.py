"""How lines, and the parts of a cut paragraph, become one text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagemill.model.joining import HYPHENS, hyphenated_word, joined


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("a very long hyphen-", "ated word", "a very long hyphenated word"),
        ("a very long hyphen\u00ad", "ated word", "a very long hyphenated word"),
        ("a very long hyphen\ufffe", "ated word", "a very long hyphenated word"),
        ("ein schöner Über-", "gang", "ein schöner Übergang"),
        ("see also the Anglo-", "Saxon kings", "see also the Anglo-Saxon kings"),
        ("in the years 1990-", "1995 nothing", "in the years 1990-1995 nothing"),
        ("deaths by COVID-", "19 rose", "deaths by COVID-19 rose"),
        ("a dash at the end -", "not a hyphen", "a dash at the end - not a hyphen"),
        ("alle Vor-", "und Nachteile", "alle Vor- und Nachteile"),
        ("both pre-", "and post-war", "both pre- and post-war"),
        ("a state-of-", "the-art machine", "a state-of-the-art machine"),
        ("see https://example.org/", "page", "see https://example.org/page"),
        ("see https://example.org/a-", "page", "see https://example.org/a-page"),
        ("see https://example.org", "page", "see https://example.org page"),
        ("(https://example.org/a-b/", "c-d) is", "(https://example.org/a-b/c-d) is"),
        ("write to somebody@", "example.org now", "write to somebody@example.org now"),
        ("the Boeing 737–", "9 flies", "the Boeing 737–9 flies"),
        ("a dash –", "and more", "a dash – and more"),
        ("汉字没有", "空格", "汉字没有空格"),
        ("汉字", "Latin", "汉字 Latin"),
        ("end of a line", "and the next", "end of a line and the next"),
    ],
)
def test_a_hyphen_goes_only_where_a_word_goes_on(first: str, second: str, whole: str) -> None:
    assert joined([first, second]) == whole


def test_a_word_that_the_document_writes_with_a_hyphen_keeps_it() -> None:
    known = {hyphenated_word("Well-known,")}
    assert joined(["a well-", "known, fact"], whole_words=known) == "a well-known, fact"
    assert joined(["a well-", "being"], whole_words=known) == "a wellbeing"


def test_an_address_may_be_cut_into_many_lines() -> None:
    cut = ["http://example.org/a/", "b%20-", "%20c-", "d.pdf)", "is it"]
    assert joined(cut) == "http://example.org/a/b%20-%20c-d.pdf) is it"


def test_verse_keeps_its_line_ends() -> None:
    assert joined(["Tel. 555-", "1234"], "\n") == "Tel. 555-\n1234"
    assert joined(["汉字", "没有"], "\n") == "汉字\n没有"


@given(
    st.lists(
        st.text(max_size=12) | st.sampled_from(["hy-", "phen", "-", "", "@", "www.a.b/", "–"]),
        min_size=1,
    )
)
def test_nothing_but_hyphens_is_lost(texts) -> None:
    before, after = ("".join(text.split()) for text in ("".join(texts), joined(texts)))
    for hyphen in HYPHENS:
        before, after = before.replace(hyphen, ""), after.replace(hyphen, "")
    assert before == after


def test_a_word_cut_into_very_many_lines_is_one() -> None:
    assert joined(["hy-"] * 30_000 + ["phen"]) == "hy" * 30_000 + "phen"
