"""From what the network of regions says to boxes: PicoDet's head, decoded (pure numpy).

The network looks at four grids of cells, the finest first. For each cell it gives a score per
class, and for each side of the box around the cell's middle a distribution over 0 to 7 cells, whose
mean is the side's distance (Yu et al., "PP-PicoDet", 2021; Li et al., "Generalized Focal Loss",
2020).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

HEIGHT, WIDTH = 800, 608  # pixels of the picture that the network sees
CLASSES = (
    "text",
    "title",
    "figure",
    "figure_caption",
    "table",
    "table_caption",
    "header",
    "footer",
    "reference",
    "equation",
)
STRIDES = (8, 16, 32, 64)  # pixels from cell to cell
CONFIDENT = 0.5
SAME = 0.5  # of the area of both together: boxes of one class that share more are one
MOST = 100  # boxes of one class

_VIEW = np.array([WIDTH, HEIGHT, WIDTH, HEIGHT], np.float32)
_SIDES = np.array([-1, -1, 1, 1], np.float32)


@dataclass(frozen=True, slots=True)
class Found:
    """`name` is one of `CLASSES`; left, top, right and bottom in shares of the view's sides."""

    name: str
    confidence: float
    box: tuple[float, float, float, float]


def decoded(outputs: Sequence[np.ndarray]) -> list[Found]:
    """The most confident first. `outputs` are the scores of the four grids, then their sides, each
    1 x cells x numbers. Raises ValueError when they are not what this network gives.
    """
    if len(outputs) != 2 * len(STRIDES):
        raise ValueError(f"the network of regions gives {len(outputs)} outputs")
    scores, boxes = [], []
    pairs = zip(STRIDES, outputs[: len(STRIDES)], outputs[len(STRIDES) :], strict=True)
    for stride, score, sides in pairs:
        kept = score[0].max(axis=1) > CONFIDENT
        scores.append(score[0][kept])
        boxes.append(_boxes(_middles(stride)[kept], sides[0][kept], stride))
    found = list(_one_each(np.concatenate(scores), np.concatenate(boxes)))
    return sorted(found, key=lambda one: -one.confidence)


def _middles(stride: int) -> np.ndarray:
    """Of all cells, row by row, as x, y, x, y."""
    rows, columns = -(-HEIGHT // stride), -(-WIDTH // stride)
    y, x = np.mgrid[0:rows, 0:columns].reshape(2, -1).astype(np.float32)
    return np.asarray((np.stack([x, y, x, y], axis=1) + 0.5) * stride)


def _boxes(middles: np.ndarray, sides: np.ndarray, stride: int) -> np.ndarray:
    steps = sides.reshape(len(sides), 4, sides.shape[1] // 4)
    shares = np.exp(steps - steps.max(axis=2, keepdims=True))
    shares /= shares.sum(axis=2, keepdims=True)
    distances = shares @ np.arange(steps.shape[2], dtype=np.float32) * stride
    return np.asarray(np.clip((middles + _SIDES * distances) / _VIEW, 0, 1))


def _one_each(scores: np.ndarray, boxes: np.ndarray) -> Iterator[Found]:
    """Of boxes of one class that lie upon each other the most confident."""
    for number, name in enumerate(CLASSES):
        sure = np.flatnonzero(scores[:, number] > CONFIDENT)
        order = sure[np.argsort(-scores[sure, number], kind="stable")]
        for _ in range(MOST):
            if not len(order):
                break
            best, order = order[0], order[1:]
            x0, y0, x1, y1 = boxes[best].tolist()
            yield Found(name, float(scores[best, number]), (x0, y0, x1, y1))
            order = order[_shared(boxes[best], boxes[order]) <= SAME]


def _shared(box: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The common area as a share of the area of both together."""
    corner, far = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    common = np.prod(np.maximum(0, far - corner), axis=1)
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1)
    whole = areas + np.prod(box[2:] - box[:2]) - common
    return np.asarray(common / np.maximum(whole, 1e-9))
