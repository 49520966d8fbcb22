"""From features to text, on alphabets whose features are the scores themselves."""

import numpy as np
import pytest

from pagemill.engines.alphabet import Alphabet

HIGH, LOW = 30.0, 5.0


def alphabet(characters: list[str]) -> Alphabet:
    """Feature n is the score of class n."""
    size = len(characters)
    return Alphabet(np.eye(size, dtype=np.float32), np.zeros(size, np.float32), characters)


def scores(path: list[int], classes: int, highest: float = HIGH) -> np.ndarray:
    """One step for each class in `path`, which scores highest there."""
    features = np.zeros((len(path), classes), np.float32)
    features[np.arange(len(path)), path] = highest
    return features


def test_repeats_are_merged_and_blanks_dropped():
    ((text, confidence),) = alphabet(["", "a", "b", " "]).read(
        [scores([1, 1, 0, 1, 2, 2, 3, 0, 0, 2], classes=4)]
    )
    assert text == "aab b"
    assert confidence == pytest.approx(1.0)


def test_nothing_but_blanks_is_no_text():
    assert alphabet(["", "a", "b", " "]).read([scores([0] * 5, classes=4)]) == [("", 0.0)]


def test_other_scripts_are_read_beside_latin_without_being_told():
    characters = ["", "語", "a", "本", "日", "b", "é", " "]
    features = scores([2, 4, 3, 1, 6], classes=8)
    ((text, confidence),) = alphabet(characters).read([features])
    assert text == "a日本語é"
    assert confidence == pytest.approx(1.0)


def test_a_faint_latin_letter_yields_to_a_clearer_one_of_another_script():
    features = scores([2], classes=8, highest=12.0)
    features[0, 3] = 13.0
    ((text, _),) = alphabet(["", "語", "a", "本", "日", "b", "é", " "]).read([features])
    assert text == "本"


def test_the_confidence_of_a_faint_step_counts_every_script():
    features = scores([1, 0], classes=4, highest=LOW)
    features[0, 2] = LOW
    ((text, confidence),) = alphabet(["", "a", "語", " "]).read([features])
    assert text in {"a", "語"}
    assert confidence == pytest.approx(np.exp(LOW) / (2 * np.exp(LOW) + 2), rel=1e-4)


def test_many_faint_steps_in_a_row_are_all_scored():
    path = [1, 2] * 1500
    features = scores(path, classes=4, highest=LOW)
    ((text, _),) = alphabet(["", "a", "語", " "]).read([features])
    assert text == "a語" * 1500


def test_lines_read_together_keep_apart_and_say_what_each_says_alone():
    letters = alphabet(["", "a", "語", " "])
    lines = [
        scores([1, 0, 2], classes=4),
        scores([2, 2], classes=4, highest=LOW),
        scores([0], classes=4),
        scores([2, 1], classes=4),
    ]
    together = letters.read(lines)
    assert [text for text, _ in together] == ["a語", "語", "", "語a"]
    alone = [answer for line in lines for answer in letters.read([line])]
    assert [text for text, _ in alone] == [text for text, _ in together]
    assert [sure for _, sure in alone] == pytest.approx([sure for _, sure in together])


def test_no_lines_have_no_texts():
    assert alphabet(["", "a", " "]).read([]) == []
