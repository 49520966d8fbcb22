"""What lines of text say: crops in batches of like width through a CTC recogniser.

Lines are cut out at 48 pixels of height and padded only to the next step of width: padding every
word to a common width costs time and, on short words, accuracy. Imports OpenCV: for child
processes only.
"""

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np

from pagemill.engines.alphabet import Alphabet
from pagemill.engines.detection import normal
from pagemill.engines.orientation import TALL
from pagemill.engines.runtime import Run

HEIGHT = 48  # pixels; fixed by the network
NARROW, NARROW_STEP, STEP = 256, 64, 128  # coarse, as runtimes keep memory for every shape
MAX_WIDTH = 4096
BATCH_WIDTH, MAX_BATCH = 512, 4  # columns and lines in one run: more would not fit caches
_STRAIGHT = 1.5  # pixels a line may climb and still be cut out as it stands

# Shown the features of a line, steps x features, and its width in pixels before it was padded.
Witness = Callable[[np.ndarray, int], None]


class Recogniser:
    """Reads lines that a detector found. `run` goes from pictures to features. Not thread-safe."""

    def __init__(self, run: Run, alphabet: Alphabet) -> None:
        self._run = run
        self._alphabet = alphabet

    def read(
        self,
        pixels: np.ndarray,
        quads: Sequence[np.ndarray],
        witness: Witness | None = None,
    ) -> list[tuple[str, float]]:
        """Text and confidence (0 to 1) of each quad, in their order; ("", 0.0) for no text.

        `pixels` is RGB, uint8.
        """
        return self.read_crops([cut_line(pixels, quad) for quad in quads], witness)

    def read_crops(
        self, crops: Sequence[np.ndarray], witness: Witness | None = None
    ) -> list[tuple[str, float]]:
        """The same of lines already cut out; `witness` is shown what the network saw of each."""
        seen: dict[int, np.ndarray] = {}
        for width, members in batches([_scaled_width(crop) for crop in crops]):
            batch = np.zeros((len(members), 3, HEIGHT, width), np.float32)
            for row, member in enumerate(members):
                line = _scaled(crops[member], width)
                batch[row, :, :, : line.shape[1]] = normal(line)
            for member, features in zip(members, self._run(batch), strict=True):
                seen[member] = features
                if witness is not None:
                    witness(features, _scaled_width(crops[member]))
        return self._alphabet.read([seen[index] for index in range(len(crops))])


def batches(widths: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """Padded width and indices of the lines to read together, narrow ones first."""
    by_step: dict[int, list[int]] = {}
    for index, width in enumerate(widths):
        step = NARROW_STEP if width <= NARROW else STEP
        padded = -(-width // step) * step
        by_step.setdefault(padded, []).append(index)
    for padded, members in sorted(by_step.items()):
        size = max(1, min(MAX_BATCH, BATCH_WIDTH // padded))
        for start in range(0, len(members), size):
            yield padded, members[start : start + size]


def cut_line(pixels: np.ndarray, quad: np.ndarray) -> np.ndarray:
    """The line in a quad as a picture of its own, level; one that runs upward is laid down."""
    top_left, top_right, _, bottom_left = quad
    is_straight = (
        abs(top_left[1] - top_right[1]) < _STRAIGHT
        and abs(top_left[0] - bottom_left[0]) < _STRAIGHT
    )
    crop = _cut_straight(pixels, quad) if is_straight else _cut_turned(pixels, quad)
    if crop.shape[0] >= TALL * crop.shape[1]:
        crop = np.rot90(crop)
    return np.ascontiguousarray(crop)


def _cut_straight(pixels: np.ndarray, quad: np.ndarray) -> np.ndarray:
    height, width = pixels.shape[:2]
    left, top = np.clip(np.round(quad.min(axis=0)).astype(int), 0, (width - 1, height - 1))
    right, bottom = np.round(quad.max(axis=0)).astype(int)
    return pixels[top : max(bottom, top + 1), left : max(right, left + 1)]


def _cut_turned(pixels: np.ndarray, quad: np.ndarray) -> np.ndarray:
    top_left, top_right, _, bottom_left = quad
    width = max(1, round(float(np.linalg.norm(top_right - top_left))))
    height = max(1, round(float(np.linalg.norm(bottom_left - top_left))))
    level = np.array([[0, 0], [width, 0], [0, height]], np.float32)
    turn = cv2.getAffineTransform(np.array([top_left, top_right, bottom_left]), level)
    crop = cv2.warpAffine(
        pixels, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(crop)


def _scaled_width(crop: np.ndarray) -> int:
    height, width = crop.shape[:2]
    return int(min(MAX_WIDTH, max(1, round(HEIGHT * width / height))))


def _scaled(crop: np.ndarray, limit: int) -> np.ndarray:
    size = (min(limit, _scaled_width(crop)), HEIGHT)
    return np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_LINEAR))
