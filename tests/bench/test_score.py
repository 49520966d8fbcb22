"""The scorer is itself on trial: each figure does what its definition says."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from score import (
    cer,
    find,
    holds,
    inversions,
    order,
    plain,
    read_facts,
    score,
    text_of_markdown,
    word_f1,
)

LEFT = " ".join(f"left{n}" for n in range(40))
RIGHT = " ".join(f"right{n}" for n in range(40))
TRUTH = f"{LEFT} {RIGHT}"


def test_the_same_text_in_another_coat_is_perfect() -> None:
    given = score("“ﬁne” — a dan-\ngerous  TENT…", '"fine" - a dangerous tent...')
    assert (given.cer, given.word_f1) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("truth", "found", "expected"),
    [("abcd", "abcd", 0.0), ("abcd", "abxd", 0.25), ("abcd", "", 1.0), ("ab", "x" * 99, 1.0)],
)
def test_cer_counts_edits_over_the_length_of_the_truth(
    truth: str, found: str, expected: float
) -> None:
    assert cer(truth, found) == expected


def test_nothing_to_read_is_read_perfectly_by_saying_nothing() -> None:
    assert (cer("", ""), word_f1("", "")) == (0.0, 1.0)
    assert (cer("", "ghosts"), word_f1("", "ghosts")) == (1.0, 0.0)


def test_word_f1_forgives_order_and_counts_repetition() -> None:
    assert word_f1("a b c", "c b a") == 1.0
    assert word_f1("a a b b", "a b") == pytest.approx(2 * 2 / 6)


def test_columns_read_across_lose_order_and_keep_their_words() -> None:
    across = " ".join(
        word
        for n in range(0, 40, 4)
        for word in (*LEFT.split()[n : n + 4], *RIGHT.split()[n : n + 4])
    )
    mixed = order(TRUTH, across)
    assert order(TRUTH, TRUTH) == 1.0
    assert mixed is not None
    assert 0.6 < mixed < 0.85
    assert word_f1(TRUTH, across) == 1.0


def test_columns_in_the_wrong_order_are_worse_than_columns_read_across() -> None:
    swapped = order(TRUTH, f"{RIGHT} {LEFT}")
    assert swapped is not None
    assert swapped < 0.55


def test_order_ignores_what_was_not_found_and_what_stands_twice() -> None:
    half = " ".join(LEFT.split()[:20])
    assert order(TRUTH, half) == 1.0
    assert order("a a a a a a a a a", "a a a a a a a a a") is None


@given(st.lists(st.integers(0, 50), max_size=40))
def test_inversions_are_pairs_in_the_wrong_order(places: list[int]) -> None:
    naive = sum(a > b for i, a in enumerate(places) for b in places[i + 1 :])
    assert inversions(places) == naive


@given(st.text(), st.text())
def test_figures_stay_within_their_bounds(truth: str, found: str) -> None:
    given = score(found, truth)
    assert given.cer is not None
    assert given.word_f1 is not None
    assert 0.0 <= given.cer <= 1.0
    assert 0.0 <= given.word_f1 <= 1.0
    assert given.order is None or 0.0 <= given.order <= 1.0


@given(st.text())
def test_every_text_is_a_perfect_copy_of_itself(text: str) -> None:
    given = score(text, text)
    assert (given.cer, given.word_f1) == (0.0, 1.0)
    assert given.order in {None, 1.0}


def test_more_noise_never_reads_better() -> None:
    rng = random.Random(7)
    noisy = list(TRUTH)
    rates = []
    for _ in range(5):
        for place in rng.sample(range(len(noisy)), 40):
            noisy[place] = "#"
        rates.append(cer(plain(TRUTH), plain("".join(noisy))))
    assert rates == sorted(rates)
    assert rates[0] > 0


def test_markdown_is_read_without_its_marks() -> None:
    markdown = (
        "# A title\n\nSome *bold* `code`\nand a [link](http://x).\n\n- one\n- two\n\n"
        "| a | b |\n| --- | --- |\n| 1 \\| 2 | 3 |\n\n"
        "<!-- page 2 -->\n\n---\n\n![](images/1_0.jpg)\n"
    )
    read = " ".join(text_of_markdown(markdown).split())
    assert read == "A title Some bold code and a link. one two a b 1 | 2 3"


def test_escaped_characters_come_back_as_they_were() -> None:
    assert text_of_markdown(r"\# no title, 3 \* 4 \<lazy\>") == "# no title, 3 * 4 <lazy>"


def test_text_inside_figures_is_allowed_and_not_required() -> None:
    with_label = score("before $160.00 after", "before after", optional="$160.00\n$180.00")
    assert with_label.cer == 0.0


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        ({"type": "present", "text": "Quick brown"}, True),
        ({"type": "present", "text": "quick crown"}, False),
        ({"type": "present", "text": "quick crown", "max_diffs": 1}, True),
        ({"type": "absent", "text": "lazy dog"}, True),
        ({"type": "order", "before": "quick", "after": "fox"}, True),
        ({"type": "order", "before": "fox", "after": "quick"}, False),
        ({"type": "order", "before": "nowhere", "after": "quick"}, False),
        ({"type": "table", "cell": "1"}, None),
    ],
)
def test_facts_hold_or_do_not(fact: dict, expected: bool | None) -> None:
    assert holds(fact, "the quick brown fox") is expected


def test_a_phrase_is_not_found_in_a_shorter_text() -> None:
    assert find("a very long phrase indeed", "a very", 3) == -1


def test_facts_are_counted() -> None:
    facts = read_facts('{"type": "present", "text": "a"}\n\n{"type": "present", "text": "zz"}\n')
    given = score("a b", None, facts)
    assert (given.facts_held, given.facts_total, given.cer) == (1, 2, None)
