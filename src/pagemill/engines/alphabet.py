"""From a recogniser's features to text: which of 18,710 characters each step shows.

Nearly all of them are Chinese. Scoring them costs a quarter of recognition, so a step is first
scored against the Latin ones alone. Where one of those scores highly, none of the others has ever
won: over pages of Latin, Japanese and Chinese letters, clear, blurred and noisy, the best Latin
score of a step that shows another script stays below 17. Whatever scores less is scored against
all, so nothing depends on knowing the language.
"""

import unicodedata
from collections.abc import Sequence

import numpy as np

_SURE = 18.0  # of the best Latin score; 4 % of the steps of Latin pages stay below
_STEPS_AT_ONCE = 64  # scored against all: 5 MB of scores
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

    def read(self, features: np.ndarray) -> tuple[str, float]:
        """CTC's best path: repeats merged, blanks dropped. `features` is steps x features.

        The confidence, 0 to 1, is the mean over the characters kept; ("", 0.0) where none is.
        """
        classes, shares = self.classify(features)
        is_new = np.ones(len(classes), bool)
        is_new[1:] = classes[1:] != classes[:-1]
        kept = np.flatnonzero(is_new & (classes > 0))
        if not len(kept):
            return "", 0.0
        text = "".join(self._characters[index] for index in classes[kept])
        return text, float(shares[kept].mean())

    def classify(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The class of each step, and its share of the softmax over the classes looked at."""
        scores = features @ self._latin_weights + self._latin_bias
        best = scores.argmax(axis=1)
        classes, shares = self._latin[best], _shares(scores, best)
        unsure = np.flatnonzero(scores.max(axis=1) < _SURE)
        for start in range(0, len(unsure), _STEPS_AT_ONCE):
            steps = unsure[start : start + _STEPS_AT_ONCE]
            scores = features[steps] @ self._weights + self._bias
            classes[steps] = best = scores.argmax(axis=1)
            shares[steps] = _shares(scores, best)
        return classes, shares


def _shares(scores: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """The softmax of the chosen class, the highest, of each row."""
    highest = np.take_along_axis(scores, chosen[:, None], axis=1)
    shares: np.ndarray = 1 / np.exp(scores - highest).sum(axis=1)
    return shares


def _is_latin(character: str) -> bool:
    code = ord(character[:1] or " ")
    is_near = any(first <= code < end for first, end in _LATIN)
    return is_near or unicodedata.name(character[:1] or " ", "").startswith("GREEK")
