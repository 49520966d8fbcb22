"""In which script a line is written: one linear layer over the features of PP-OCR's recogniser.

The recogniser has letters of three scripts only, but its features tell many more apart. The layer
was fitted by `scripts/train_scripts.py` to the features of one model file and means nothing for any
other, so it is bound to that file's hash.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pagemill.engines.scripts import SCRIPTS

LAYER = Path(__file__).parent / "data" / "scripts.npz"
_LETTERLESS = frozenset({"Zyyy", "Zxxx"})  # numbers and signs; no writing at all
_ENOUGH = 60.0  # steps of lines with letters: four words or so
_STRANGE, _FOREIGN, _CLEAR = 0.3, 0.65, 0.4  # shares: of all foreign scripts, of the likeliest
_STEP_WIDTH = 8  # pixels of a line, 48 high, that one step of features stands for


@dataclass(frozen=True, slots=True)
class Vote:
    """What one line says: how likely each script is (they sum to 1), and its weight, in steps."""

    shares: dict[str, float]
    weight: float


def is_strange(votes: Sequence[Vote]) -> bool:
    """Whether more lines should be asked: these seem to be foreign, or hold no letters at all."""
    lettered = _lettered(votes)
    if not lettered:
        return bool(votes)
    return sum(_means(lettered).values()) > _STRANGE


def script_of(votes: Sequence[Vote]) -> str:
    """The script of a page that PP-OCR cannot read, one of `SCRIPTS`, as its longest lines say;
    "" where it can, or where they do not say it clearly.
    """
    lettered = _lettered(votes)
    if sum(vote.weight for vote in lettered) < _ENOUGH:
        return ""
    foreign = _means(lettered)
    likeliest = max(foreign, key=foreign.__getitem__)
    is_foreign = sum(foreign.values()) > _FOREIGN and foreign[likeliest] > _CLEAR
    return likeliest if is_foreign else ""


def _lettered(votes: Sequence[Vote]) -> list[Vote]:
    return [vote for vote in votes if sum(vote.shares.get(s, 0.0) for s in _LETTERLESS) < 0.5]


def _means(votes: Sequence[Vote]) -> dict[str, float]:
    """Of each foreign script, by the length of lines."""
    whole = sum(vote.weight for vote in votes)
    return {
        script: sum(vote.weight * vote.shares.get(script, 0.0) for vote in votes) / whole
        for script in SCRIPTS
    }


class ScriptVoter:
    """`names` are the classes of the layer; what follows a `/` in a name tells classes of the same
    script apart. `weights` is pooled features x classes.
    """

    def __init__(self, names: Sequence[str], weights: np.ndarray, bias: np.ndarray) -> None:
        scripts = [name.partition("/")[0] for name in names]
        self._scripts = sorted(set(scripts))
        self._member = np.array([[s == script for script in self._scripts] for s in scripts])
        self._weights, self._bias = weights, bias

    def vote(self, features: np.ndarray, width: int) -> Vote:
        """`features` is steps x features of a line `width` pixels wide before it was padded."""
        steps = own_steps(width)
        scores = pooled(features[:steps]) @ self._weights + self._bias
        likely = np.exp(scores - scores.max())
        shares = (likely / likely.sum()) @ self._member
        return Vote(dict(zip(self._scripts, shares.tolist(), strict=True)), float(steps))


def own_steps(width: int) -> int:
    """How many steps show the line itself; those beyond show what it was padded with."""
    return max(1, -(-width // _STEP_WIDTH))


def pooled(features: np.ndarray) -> np.ndarray:
    """One row for a line of any length: mean, spread and maximum of each feature."""
    return np.concatenate([features.mean(axis=0), features.std(axis=0), features.max(axis=0)])


def open_voter(model: bytes, layer: Path = LAYER) -> ScriptVoter | None:
    """The layer for this recogniser; None where it was fitted to another file."""
    with np.load(layer) as kept:
        if kept["model"].item() != model_hash(model):
            return None
        weights = kept["weights"].astype(np.float32)
        return ScriptVoter(kept["names"].tolist(), weights, kept["bias"])


def model_hash(model: bytes) -> str:
    return hashlib.sha256(model).hexdigest()
