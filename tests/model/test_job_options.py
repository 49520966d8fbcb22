"""Options as people send them: understood, or refused with what is allowed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagemill.errors import PagemillError
from pagemill.model.options import (
    Choices,
    Options,
    fingerprint,
    normal_pages,
    parse_options,
    select_pages,
)

CHOICES = Choices(("auto", "text", "ppocr"), ("markdown", "json", "images"))


@pytest.mark.parametrize(
    ("sent", "options"),
    [
        ({}, Options()),
        ({"engine": "", "pages": "", "outputs": "", "languages": "", "dpi": ""}, Options()),
        ({"engine": "text"}, Options(engine="text")),
        ({"pages": " 9, 1-3,2 "}, Options(pages="1-3,9")),
        ({"outputs": "json, markdown,json"}, Options(outputs=("json", "markdown"))),
        ({"outputs": ["images"]}, Options(outputs=("images",))),
        ({"outputs": ("images",)}, Options(outputs=("images",))),
        ({"languages": "de,en"}, Options(languages=("de", "en"))),
        ({"lang": "chi_sim"}, Options(languages=("chi_sim",))),
        ({"language": ["pt-BR"]}, Options(languages=("pt-BR",))),
        ({"page_breaks": "rule"}, Options(page_breaks="rule")),
        ({"headers_footers": "keep"}, Options(headers_footers="keep")),
        ({"headers_footers": ""}, Options(headers_footers="remove")),
        ({"dpi": "300"}, Options(dpi=300)),
        ({"dpi": 36}, Options(dpi=36)),
        ({"dpi": 0}, Options()),
    ],
)
def test_options_are_understood_as_text_and_as_lists(
    sent: dict[str, object], options: Options
) -> None:
    assert parse_options(sent, CHOICES) == options


@pytest.mark.parametrize(
    ("sent", "cause", "hint"),
    [
        ({"colour": "red"}, "colour", "engine, mode, pages"),
        ({"engine": "magic"}, "magic", "auto, ppocr, text"),
        ({"engine": ["text"]}, "engine", "auto"),
        ({"outputs": "markdown,gold"}, "gold", "images, json, markdown"),
        ({"outputs": 7}, "7", "list"),
        ({"languages": "english!"}, "english!", "ISO 639"),
        ({"languages": ["en"] * 1 + list("abcdefghi")}, "a", "ISO 639"),
        ({"languages": "aa,bb,cc,dd,ee,ff,gg,hh,ii"}, "9", "8"),
        ({"page_breaks": "loud"}, "loud", "comment, form_feed, none, rule"),
        ({"headers_footers": "hide"}, "headers_footers 'hide'", "keep, remove"),
        ({"dpi": "many"}, "many", "whole number"),
        ({"dpi": 35}, "35", "36 and 600"),
        ({"dpi": 601}, "601", "36 and 600"),
        ({"pages": "0"}, "0", "from 1|count from 1"),
        ({"pages": "3-2"}, "3-2", "upward"),
        ({"pages": "a"}, "a", "1-5,9,12-"),
        ({"pages": "1,,2"}, "''", "1-5,9,12-"),
        ({"pages": "1," * 1000 + "1"}, "1001", "1000"),
        ({"pages": "123456789"}, "123456789", "1-5,9,12-"),
    ],
)
def test_wrong_options_are_refused_with_what_is_allowed(
    sent: dict[str, object], cause: str, hint: str
) -> None:
    with pytest.raises(PagemillError) as error:
        parse_options(sent, CHOICES)
    assert error.value.code == "invalid_options"
    assert cause in error.value.message
    assert any(part in error.value.hint for part in hint.split("|"))


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("", ""),
        ("  ", ""),
        ("7", "7"),
        ("1-1", "1"),
        ("3,2,1", "1-3"),
        ("1-3,5-7,4", "1-7"),
        ("1-9,2-3", "1-9"),
        ("12-", "12-"),
        ("5,12-,14-20", "5,12-"),
        (" 1 - 3 , 9", "1-3,9"),
    ],
)
def test_page_ranges_have_one_normal_form(text: str, normal: str) -> None:
    assert normal_pages(text) == normal
    assert normal_pages(normal) == normal


ranges = st.tuples(st.integers(1, 40), st.one_of(st.none(), st.just(0), st.integers(0, 9)))


@given(st.lists(ranges, min_size=1, max_size=9), st.integers(1, 45))
def test_the_normal_form_chooses_the_same_pages(
    parts: list[tuple[int, int | None]], total: int
) -> None:
    """A part is one page, an open range (0) or a range of so many pages more."""
    chosen: set[int] = set()
    texts = []
    for first, more in parts:
        last = first if more is None else total if more == 0 else first + more
        chosen |= set(range(first, min(last, total) + 1))
        texts.append(str(first) if more is None else f"{first}-{last if more else ''}")
    assert select_pages(normal_pages(",".join(texts)), total) == sorted(chosen)


def test_no_pages_named_means_all() -> None:
    assert select_pages("", 3) == [1, 2, 3]
    assert select_pages("9-", 3) == []


def test_only_what_changes_the_reading_is_in_the_reading_key() -> None:
    base = Options().reading_key()
    assert Options(engine="text", outputs=("json",), pages="1").reading_key() == base
    assert (
        len({base, Options(dpi=200).reading_key(), Options(languages=("de",)).reading_key()}) == 3
    )


def test_equal_values_have_equal_fingerprints_in_any_order() -> None:
    assert fingerprint({"a": 1, "b": (1, 2)}) == fingerprint({"b": [1, 2], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})
    assert len(fingerprint({})) == 16
