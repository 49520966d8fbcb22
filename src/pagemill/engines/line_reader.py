"""PP-OCR on a picture: find lines, read them. The inside of the `ppocr` engine.

Everything here is pixels; pages, points and options stay outside, so this part can be replaced
alone. The models are files in the wheel of `rapidocr`; that package is never imported, so nothing
of it can log, download or write. Imports OpenCV: for child processes only.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import cv2
import numpy as np

from pagemill.engines import orientation
from pagemill.engines.alphabet import Alphabet
from pagemill.engines.classifier import DirectionClassifier
from pagemill.engines.coverage import ENOUGH
from pagemill.engines.detection import Detector, clockwise, height_of, top_down
from pagemill.engines.preparation import without_specks
from pagemill.engines.recogniser_file import take_apart
from pagemill.engines.recognition import Recogniser, cut_line
from pagemill.engines.runtime import Open
from pagemill.engines.script_votes import Vote, is_strange, open_voter, script_of
from pagemill.engines.scripts import VIETNAMESE
from pagemill.model.options import BALANCED, BEST, FAST

DETECTION = "PP-OCRv6_det_small.onnx"
RECOGNITION = "PP-OCRv6_rec_small.onnx"
DIRECTION = "ch_ppocr_mobile_v2.0_cls_mobile.onnx"
SIDE, CLOSER_SIDE = 960, 1280  # pixels of the longer side that detection sees
# Pixels: of larger pictures, as of drawings, detection sees more; how many times as much at most.
USUAL_LONG_SIDE, MOST_GROWTH = 2400, 1.7
TINY_LINE = 13.0  # pixels in that view: detection grows whatever it finds to about this height
# Lines of a small picture lower than this are found better where it is shown larger, by so much.
SMALL_LINE, ENLARGED = 18.0, 2.0
_GLANCE, _GLANCED_LINES = 150, 8  # letters that a glance is after, lines it stops at
_LEGIBLE = 0.5  # below this confidence a line is more likely dirt than text
_CLEAR = 0.9  # foreign letters hardly ever read with a confidence as high
_SPARSE = 0.25  # letters to each height of a line that it is wide: fewer, and some are missing

Answer = tuple[str, float]  # text and confidence


@dataclass(frozen=True, slots=True)
class Line:
    """A line as read. `quad` is 4 x 2 pixels of the picture as it was given, clockwise from the
    top left of the text.
    """

    quad: np.ndarray
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Reading:
    """A picture as read: lines from top to bottom once it is turned clockwise by `rotation`
    degrees, which is how it was read; by `skew` degrees, clockwise, they still leaned then.
    `script` is the one that its letters plainly are of, where that is none of PP-OCR's; `coverage`
    the share, 0 to 1, of what was found that could be made out. `note` says, for a person, what
    else there is to know.
    """

    lines: list[Line]
    rotation: int = 0
    skew: float = 0.0
    script: str = ""
    coverage: float = 1.0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Lines found on a picture but not yet read.

    `pixels` is the picture turned clockwise by `rotation` degrees, `quads` lie on it from top to
    bottom. `answers`, by index in `quads`, are of the longest ones, read to tell which way is up
    and whether their `script` is foreign.
    """

    pixels: np.ndarray
    quads: list[np.ndarray]
    rotation: int = 0
    answers: dict[int, Answer] = field(default_factory=dict)
    script: str = ""

    @property
    def unread(self) -> list[int]:
        return [index for index in range(len(self.quads)) if index not in self.answers]

    @property
    def skew(self) -> float:
        """Degrees, clockwise, by which the lines lean; they are cut out along their slant, so that
        up to 15 degrees they read as well as level ones.
        """
        return orientation.skew_of(self.quads)


class LineReader:
    """The three models, loaded. One per process, not thread-safe. `models` is their folder.

    Raises OSError, ValueError and the runtime's own errors when a file is missing or unfit.
    """

    def __init__(self, models: Path, open_model: Open) -> None:
        cv2.setNumThreads(1)
        self._open_classifier = partial(_open_classifier, models, open_model)
        # Preparing models is most of a start; two cores may share it.
        with ThreadPoolExecutor(1) as other:
            detector = other.submit(open_detector, models, open_model)
            model = (models / RECOGNITION).read_bytes()
            recogniser = take_apart(model)
            alphabet = Alphabet(recogniser.weights, recogniser.bias, recogniser.characters)
            self._voter = open_voter(model)
            self._recogniser = Recogniser(open_model(recogniser.body), alphabet)
            self.detector = detector.result()

    def read(self, pixels: np.ndarray, mode: str = BALANCED) -> Reading:
        """`pixels` is RGB, uint8. A page that stands upside down or lies on its side is turned."""
        return self.read_rest(self.find(pixels, mode))

    def find(self, pixels: np.ndarray, mode: str = BALANCED) -> Found:
        """Where lines stand, which way is up, and whether the letters are foreign; the longest
        lines are read to tell.
        """
        pixels = without_specks(pixels)
        quads = self._detect(pixels, mode)
        sizes = [orientation.size_of(quad) for quad in quads]
        by_length = orientation.longest(sizes)
        found = Found(pixels, quads)
        voters = by_length[: orientation.VOTERS]
        votes: list[Vote] = []
        answers = self.read_lines(found, voters[: orientation.PROBES], votes)
        is_doubtful = orientation.is_doubtful(_confidences(answers))
        if is_doubtful or is_strange(votes):
            answers |= self.read_lines(found, voters[orientation.PROBES :], votes)
        flipped: list[float] = []
        if is_doubtful:
            flipped = self._flipped([cut_line(pixels, quads[index]) for index in voters])
        rotation = orientation.rotation_of(
            on_side=orientation.lies_on_side(sizes), given=_confidences(answers), flipped=flipped
        )
        if rotation:
            found = self._turned(pixels, quads, rotation, mode)
            answers = found.answers
        return replace(found, answers=answers, script=_script(found, answers, votes))

    def read_rest(self, found: Found) -> Reading:
        return reading_of(found, found.answers | self.read_lines(found, found.unread))

    def glance(self, pixels: np.ndarray) -> Reading:
        """Some of the longest lines: enough to tell whether a text is that of the picture, at a
        third of the price of reading it all.
        """
        found = self.find(pixels, FAST)
        answers = found.answers
        if sum(len(text) for text, _ in answers.values()) < _GLANCE:
            longest = orientation.longest([orientation.size_of(quad) for quad in found.quads])
            more = [index for index in longest[:_GLANCED_LINES] if index not in answers]
            answers = answers | self.read_lines(found, more)
        return reading_of(found, answers)

    def read_lines(
        self, found: Found, wanted: Sequence[int], votes: list[Vote] | None = None
    ) -> dict[int, Answer]:
        """Text and confidence of the lines `wanted`, by their index in `found.quads`. `votes` is
        added what script each seems to be in.
        """

        def witness(features: np.ndarray, width: int) -> None:
            if votes is not None and self._voter is not None:
                votes.append(self._voter.vote(features, width))

        quads = [found.quads[index] for index in wanted]
        read = self._recogniser.read(found.pixels, quads, witness)
        return dict(zip(wanted, read, strict=True))

    @cached_property
    def _classifier(self) -> DirectionClassifier:
        """Few pages need it, and it takes a tenth of a second to load."""
        return self._open_classifier()

    def _flipped(self, crops: list[np.ndarray]) -> list[float]:
        """How well lines read turned by half; empty if the classifier calls them upright."""
        if not orientation.may_be_head_down(self._classifier.votes(crops)):
            return []
        turned = [orientation.turned_picture(crop, 180) for crop in crops]
        return [confidence for _, confidence in self._recogniser.read_crops(turned)]

    def _turned(
        self, pixels: np.ndarray, quads: list[np.ndarray], rotation: int, mode: str
    ) -> Found:
        """On the picture turned; detection works level, so quarter turns need it again."""
        height, width = pixels.shape[:2]
        turned = orientation.turned_picture(pixels, rotation)
        if rotation == 180:
            halved = (orientation.turned_quad(quad, rotation, (width, height)) for quad in quads)
            quads = top_down(clockwise(quad) for quad in halved)
        else:
            quads = self._detect(turned, mode)
        found = Found(turned, quads, rotation)
        by_length = orientation.longest([orientation.size_of(quad) for quad in quads])
        answers = self.read_lines(found, by_length[: orientation.PROBES])
        return replace(found, answers=answers)

    def _detect(self, pixels: np.ndarray, mode: str) -> list[np.ndarray]:
        """Detection is cheapest from afar, but sees more of a picture larger than usual. The mode
        `balanced` looks closer where that shows tiny lines or none, `best` always, `fast` never.
        A picture that is small itself, like one of a table alone, is enlarged for that.

        The lower quartile tells, because tiny lines that run together are found as tall ones.
        """
        longest = max(pixels.shape[:2])
        growth = min(MOST_GROWTH, max(1.0, longest / USUAL_LONG_SIDE))
        side, closer = round(SIDE * growth), round(CLOSER_SIDE * growth)
        if mode == BEST:
            return self.detector.find(pixels, closer, ENLARGED)
        quads = self.detector.find(pixels, side)
        if mode == FAST:
            return quads
        shrink = min(1.0, side / longest)
        least = TINY_LINE if shrink < 1.0 else SMALL_LINE
        heights = [height_of(quad) * shrink for quad in quads]
        is_clear = bool(heights) and float(np.quantile(heights, 0.25)) >= least
        return quads if is_clear else self.detector.find(pixels, closer, ENLARGED)


def open_detector(models: Path, open_model: Open) -> Detector:
    return Detector(open_model((models / DETECTION).read_bytes()))


def _open_classifier(models: Path, open_model: Open) -> DirectionClassifier:
    return DirectionClassifier(open_model((models / DIRECTION).read_bytes()))


def reading_of(found: Found, answers: Mapping[int, Answer]) -> Reading:
    """The legible lines among `answers`, which are by index in `found.quads`."""
    size = (found.pixels.shape[1], found.pixels.shape[0])
    back = 360 - found.rotation if found.rotation else 0
    return Reading(
        [
            Line(orientation.turned_quad(found.quads[index], back, size), text.strip(), confidence)
            for index, (text, confidence) in sorted(answers.items())
            if text.strip() and confidence >= _LEGIBLE
        ],
        found.rotation,
        found.skew,
        found.script,
        _coverage(found, answers),
    )


def _script(found: Found, answers: Mapping[int, Answer], votes: Sequence[Vote]) -> str:
    """What reads well is not foreign, but for Vietnamese, of which it drops letters."""
    script = script_of(votes)
    reads_well = _coverage(found, answers, _CLEAR) > ENOUGH
    return "" if reads_well and script != VIETNAMESE else script


def _coverage(found: Found, answers: Mapping[int, Answer], least: float = _LEGIBLE) -> float:
    """By the length of the lines read with a confidence of at `least` this. One in letters unknown
    to PP-OCR gives few for its length.
    """
    whole = made_out = 0.0
    for index, (text, confidence) in answers.items():
        width, height = sorted(orientation.size_of(found.quads[index]), reverse=True)
        whole += width
        letters = len("".join(text.split()))
        if confidence >= least and letters * height >= _SPARSE * width:
            made_out += width
    return made_out / whole if whole else 1.0


def _confidences(answers: Mapping[int, Answer]) -> list[float]:
    return [confidence for _, confidence in answers.values()]
