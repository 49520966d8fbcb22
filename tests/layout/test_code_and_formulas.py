"""Code keeps its lines and spaces; formulas stand alone."""

from dataclasses import replace

import pytest

from layout.sheets import laid_out, line, page
from pagemill.layout import arrange
from pagemill.model.page import Block, Box

PROSE = [
    line(50, 300 + 12 * row, "a line of text that runs up to the edge", size=10) for row in range(9)
]


def mono(x: float, y: float, text: str) -> Block:
    """A row of code with spaces as drawn: the words know where they stand, the text does not."""
    words, at = [], 0
    for word in text.split():
        at = text.index(word, at)
        words.append((x + 6 * at, x + 6 * (at + len(word)) - 0.4))
        at += len(word)
    box = Box(words[0][0], y, words[-1][1], y + 10)
    row = replace(line(x, y, " ".join(text.split()), size=10), is_mono=True)
    return replace(row, box=box, words=tuple(words))


def code(blocks: list[Block]) -> list[str]:
    return [block.text for block in laid_out([*blocks, *PROSE]) if block.kind == "code"]


def test_code_keeps_its_lines_indents_and_columns() -> None:
    rows = ["def twice(x):", "    y  = x * 2", "    return y   # both"]
    assert code([mono(50, 50 + 12 * n, row) for n, row in enumerate(rows)]) == ["\n".join(rows)]


def test_an_empty_line_stays_in_the_code() -> None:
    rows = [mono(50, 50, "first = 1"), mono(50, 62, "second = 2"), mono(50, 86, "third = 3")]
    assert code(rows) == ["first = 1\nsecond = 2\n\nthird = 3"]


def test_indents_are_guessed_where_words_are_unknown() -> None:
    rows = [mono(50, 50, "while True:"), mono(50, 62, "    step()")]
    assert code([replace(row, words=()) for row in rows]) == ["while True:\n    step()"]


def test_a_command_alone_between_paragraphs_is_code() -> None:
    assert code([line(50, 50, "Then type", size=10), mono(70, 70, "$ make all")]) == ["$ make all"]


def test_a_line_of_a_paragraph_that_is_mostly_code_is_none() -> None:
    rows = [
        line(50, 50, "a line of text that runs up to the edge", size=10),
        mono(50, 62, "a_function_name(with, arguments)"),
        line(50, 74, "a line of text that runs up to the edge", size=10),
    ]
    assert code(rows) == []


def test_a_first_line_that_is_mostly_code_goes_on_as_text() -> None:
    rows = [
        mono(50, 50, "in src/Makevars or src/Makevars.w"),
        line(50, 62, "is what the sentence goes on with here.", size=10),
    ]
    assert code(rows) == []


def test_a_document_set_in_fixed_pitch_is_no_code() -> None:
    raw = page([mono(50, 50 + 12 * row, "a letter as it was typed") for row in range(9)])
    done = arrange(lambda: iter([raw]))(raw)
    assert {block.kind for block in done.blocks} == {"paragraph"}


@pytest.mark.parametrize(
    "text",
    [
        "E = mc2",
        "∀x ∈ X : d(x, x) = 0",
        "f(x) = sin x + 2",
        "E = mc² + ∑ x",
        "⇒ V ∩ K = ∅",
        "a < b ≤ c",
    ],
)
def test_signs_of_mathematics_with_hardly_a_word_are_a_formula(text: str) -> None:
    found = laid_out([line(120, 50, text, size=10), *PROSE])
    assert (found[0].kind, found[0].text) == ("formula", text)


@pytest.mark.parametrize("text", ["Total = 5.00 Euro", "4 + 5", "see page 3 > chapter two", "="])
def test_words_and_sums_are_no_formula(text: str) -> None:
    assert laid_out([line(120, 50, text, size=10), *PROSE])[0].kind == "paragraph"


def test_nothing_is_taken_for_a_formula_where_an_engine_read_a_picture() -> None:
    assert laid_out([line(120, 50, "E = mc2")])[0].kind == "paragraph"
