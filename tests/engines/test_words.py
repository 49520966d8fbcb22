"""Words of one engine against boxes of another."""

import pytest

from pagemill.engines.words import Word, is_text, line_of, shared_out

BOX = (0.0, 0.0, 100.0, 20.0)


def word(x0: float, x1: float, text: str = "word", confidence: float = 0.95, y: float = 10) -> Word:
    return Word((x0, y - 8, x1, y + 8), text, confidence)


def test_a_word_belongs_to_the_box_that_holds_its_middle():
    boxes = [BOX, (0.0, 30.0, 100.0, 50.0)]
    upper, lower, outside = word(0, 40), word(10, 50, y=40), word(0, 40, y=70)
    by_box, alone = shared_out([upper, lower, outside], boxes)
    assert by_box == [[upper], [lower]]
    assert alone == [outside]


def test_the_words_of_a_box_stand_from_left_to_right():
    second, first = word(50, 95, "again"), word(2, 45, "once")
    by_box, _ = shared_out([second, first], [BOX])
    assert line_of(by_box[0], BOX) == ("once again", pytest.approx(0.95))


@pytest.mark.parametrize(
    "words",
    [
        [],
        [word(0, 50)],  # half of the line was left out
        [word(0, 45), word(50, 95, confidence=0.7)],
    ],
)
def test_a_line_with_gaps_or_doubts_is_not_believed(words):
    assert line_of(words, BOX) is None


@pytest.mark.parametrize(
    ("text", "confidence", "is_kept"),
    [
        ("Figure", 0.95, True),
        ("1,204", 0.95, True),
        ("Figure", 0.85, False),
        ("|", 0.99, False),
        ("~--_", 0.95, False),
        ("ab", 0.95, False),
    ],
)
def test_outside_all_boxes_only_sure_words_count(text, confidence, is_kept):
    assert is_text(word(0, 40, text, confidence)) is is_kept
