"""Words of one engine against boxes of another."""

import pytest

from pagemill.engines.words import Word, foreign_letters, line_of, shared_out

BOX = (0.0, 0.0, 100.0, 20.0)


def word(x0: float, x1: float, text: str = "word", confidence: float = 0.95, y: float = 10) -> Word:
    return Word((x0, y - 8, x1, y + 8), text, confidence)


def test_a_word_belongs_to_the_box_that_holds_its_middle():
    boxes = [BOX, (0.0, 30.0, 100.0, 50.0)]
    upper, lower, outside = word(0, 40), word(10, 50, y=40), word(0, 40, y=70)
    assert shared_out([upper, lower, outside], boxes) == [[upper], [lower]]


def test_the_words_of_a_box_stand_from_left_to_right():
    second, first = word(50, 95, "again"), word(2, 45, "once")
    [inside] = shared_out([second, first], [BOX])
    assert line_of(inside, BOX) == ("once again", pytest.approx(0.95))


@pytest.mark.parametrize(
    "words",
    [
        [],
        [word(0, 60)],  # a third of the line was left out
        [word(0, 45), word(50, 95, confidence=0.8)],
    ],
)
def test_a_line_with_gaps_or_doubts_is_not_believed(words):
    assert line_of(words, BOX) is None


@pytest.mark.parametrize(
    ("line", "count"),
    [
        (("Plain words - 42 %, \u201cso\u201d", 0.99), 0),
        (("größer über", 0.99), 3),
        (("größer über", 0.7), 0),  # too doubtful to bear witness
        (("漢字仮名", 0.9), 4),
        (("自", 0.99), 0),  # a speck
        (("À.", 0.99), 0),
    ],
)
def test_letters_beyond_english_are_told_from_signs_and_specks(line, count):
    assert foreign_letters([line]) == count
    assert foreign_letters([line, line]) == 2 * count
