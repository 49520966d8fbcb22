"""From a recogniser's features to text: which of 18,710 characters each step shows.

Nearly all of them are Chinese. Scoring them costs a quarter of recognition, so a step is first
scored against the Latin ones alone. Where one of those scores highly, none of the others has ever
won: over pages of Latin, Japanese and Chinese letters, clear, blurred and noisy, the best Latin
score of a step that shows another script stays below 17. Whatever scores less is scored against
all, so nothing depends on knowing the language.
"""

import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np

_SURE = 18.0  # of the best Latin score; 4 % of the steps of Latin pages stay below
_STEPS_AT_ONCE, _STEPS_AGAINST_ALL = 1024, 64  # 5 MB of scores each
_LATIN = ((0x0, 0x250), (0x1E00, 0x1F00), (0x2000, 0x2300), (0x2500, 0x2720))  # with their signs


class Alphabet:
    """The last layer of a recogniser. `weights` is features x classes, `bias` one per class;
    `characters` say what the classes stand for, the CTC blank, "", first.
    """

    def __init__(self, weights: np.ndarray, bias: np.ndarray, characters: Sequence[str]) -> None:
        self._weights, self._bias, self._characters = weights, bias, characters
        self._latin = np.array([i for i, c in enumerate(characters) if _is_latin(c)])
        self._latin_weights = np.ascontiguousarray(weights[:, self._latin])
        self._latin_bias = bias[self._latin]

    def read(self, lines: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        """CTC's best path of each line: repeats merged, blanks dropped. A line is steps x features.

        The confidence, 0 to 1, is the mean over the characters kept; ("", 0.0) where none is. Give
        many lines at once: scoring a few steps against all characters costs as much as many.
        """
        if not lines:
            return []
        classes, shares = self.classify(np.concatenate(lines))
        ends = np.cumsum([len(line) for line in lines])[:-1]
        parts = zip(np.split(classes, ends), np.split(shares, ends), strict=True)
        return [self._text(*part) for part in parts]

    def classify(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The class of each step, and its share of the softmax over the classes looked at."""
        classes = np.empty(len(features), self._latin.dtype)
        highest, shares = np.empty((2, len(features)), np.float32)
        for steps in _portions(np.arange(len(features)), _STEPS_AT_ONCE):
            scores = features[steps] @ self._latin_weights + self._latin_bias
            best, highest[steps], shares[steps] = _winners(scores)
            classes[steps] = self._latin[best]
        for steps in _portions(np.flatnonzero(highest < _SURE), _STEPS_AGAINST_ALL):
            scores = features[steps] @ self._weights + self._bias
            classes[steps], _, shares[steps] = _winners(scores)
        return classes, shares

    def _text(self, classes: np.ndarray, shares: np.ndarray) -> tuple[str, float]:
        is_new = np.ones(len(classes), bool)
        is_new[1:] = classes[1:] != classes[:-1]
        kept = np.flatnonzero(is_new & (classes > 0))
        if not len(kept):
            return "", 0.0
        text = "".join(self._characters[index] for index in classes[kept])
        return text, float(shares[kept].mean())


def _portions(steps: np.ndarray, size: int) -> Iterator[np.ndarray]:
    for start in range(0, len(steps), size):
        yield steps[start : start + size]


def _winners(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each row the place of its highest score, that score, and its share of the softmax."""
    best = scores.argmax(axis=1)
    highest = np.take_along_axis(scores, best[:, None], axis=1)
    np.subtract(scores, highest, out=scores)
    return best, highest[:, 0], 1 / np.exp(scores, out=scores).sum(axis=1)


def _is_latin(character: str) -> bool:
    code = ord(character[:1] or " ")
    is_near = any(first <= code < end for first, end in _LATIN)
    return is_near or unicodedata.name(character[:1] or " ", "").startswith("GREEK")
