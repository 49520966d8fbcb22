"""Whether a page's text layer may be believed. Pure.

A text layer is the best reading there is, unless it lies: letters mapped to nothing or to the
wrong ones, a scan's old OCR, outlines instead of letters, a few words beside a picture that holds
the rest. The limits below leave room on both sides of what real documents show: pages of formulas
have up to 4 % unmapped characters, 6 % words of mixed scripts, 71 % words of one letter and down
to 24 % vowels; glyph numbers taken for letters, the commonest wrong mapping, have over 15 %
unmapped characters and about 15 % vowels.

What numbers cannot tell, a look at the picture can: a few of its lines are read and compared
(`pagemill.engines.agreement`).
"""

import re
from collections import Counter
from dataclasses import dataclass

from pagemill.engines.agreement import Agreement
from pagemill.engines.common_words import is_language, surprise
from pagemill.model.options import BALANCED, BEST, FAST
from pagemill.model.page import NativeText, PageFlag

MAX_UNMAPPED = 0.10
MIN_LETTERS = 0.60
MAX_INVISIBLE = 0.50
MIN_ALPHANUMERIC = 0.40  # once rows of equal marks (dot leaders, rules) count as one
MIN_VOWELS, ENOUGH_FOR_VOWELS = 0.20, 200  # of the letters a to z
LARGE_PICTURE, PAGE_PICTURE = 0.30, 0.80
CHARACTERS_PER_PICTURE = 1000  # fewer per full page of picture, and the picture is what matters
FEW_CHARACTERS = 100  # beside many drawn paths
FOREIGN_LETTERS, HALF_MAPPED = 0.30, 0.50
MAX_HOLED, SOME_HOLED = 0.01, 3  # of the words, and at least so many
MIN_COMMON, ENOUGH_LETTERS = 0.30, 100  # words of one language; letters of all words
MAX_MIXED, MAX_TORN, MAX_WORD = 0.15, 0.85, 15.0  # shares of the words; mean letters of a word
MAX_SURPRISE = 3.3
MIN_AGREEMENT = 0.80  # of the letters seen where the layer holds any
MIN_AGREEMENT_OF_OCR = 0.90  # of an earlier OCR's layer: with less, another reading is better
MAX_ABSENT = 0.50  # of the letters seen, where it holds none
ENOUGH_SEEN = 8  # letters

_GARBAGE = (PageFlag.GARBAGE_TEXT_LAYER,)
_SPACE = re.compile(r"\s+")
_REPEATED_MARK = re.compile(r"([^\w\s])\1+")
_NOT_ASCII_LETTER = re.compile(r"[^a-z]+")
_OCR_LETTER = re.compile(
    "[A-Za-z\u00c0-\u024f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
)
_VOWEL = re.compile(r"[aeiouy]")
_LATIN = "a-z\u00df-\u00f6\u00f8-\u024f\u1e00-\u1eff"
_GREEK_OR_CYRILLIC = "\u0370-\u052f"
_WORD = re.compile(r"[^\W\d_]+")
_LATIN_WORD = re.compile(f"[{_LATIN}]+")
_MIXED = re.compile(f"[{_LATIN}][{_GREEK_OR_CYRILLIC}]|[{_GREEK_OR_CYRILLIC}][{_LATIN}]")
_HOLE = re.compile("[^\\W\\d_][\ufffd\ue000-\uf8ff]+[^\\W\\d_]")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a text layer is used, and why, in words for a person. `is_open` says that a look at
    the picture may turn it, `is_ocr` that an earlier OCR has left the layer there.
    """

    reason: str
    is_believed: bool
    flags: tuple[str, ...] = ()
    is_open: bool = False
    is_ocr: bool = False


def judge(native: NativeText, mode: str = BALANCED) -> Verdict:
    """What the text layer itself tells. In the mode `fast`, where nobody looks at the picture, an
    invisible layer is believed if it is prose.
    """
    if is_blank(native):
        return Verdict("the page is blank", is_believed=True, flags=(PageFlag.BLANK,))
    if not native.characters:
        return Verdict(_nothing_but(native), is_believed=False)
    return _judge_characters(native, mode)


def wants_look(verdict: Verdict, native: NativeText, mode: str) -> bool:
    """Whether the layer is to be compared with the picture: one in doubt, unless the mode is
    `fast`; a good one only in the mode `best`. Never one in letters that OCR does not read, nor
    one on a page that shows nothing.
    """
    if not verdict.is_open or mode == FAST or (verdict.is_believed and mode != BEST):
        return False
    return _shows_anything(native) and not is_beyond_ocr(native)


def after_look(verdict: Verdict, seen: Agreement) -> Verdict:
    """The verdict once lines of the picture were compared with the layer; the same one where they
    were too few to tell.
    """
    if seen.same + seen.other >= ENOUGH_SEEN and seen.share < MIN_AGREEMENT:
        reason = "the text layer says something else than the picture"
        return Verdict(reason, is_believed=False, flags=_GARBAGE)
    if seen.letters < ENOUGH_SEEN:
        return verdict
    if seen.absent > MAX_ABSENT * seen.letters:
        return Verdict("the text layer lacks what the picture shows", is_believed=False)
    if verdict.is_ocr and seen.share < MIN_AGREEMENT_OF_OCR:
        return Verdict("the text layer is of an earlier OCR and has mistakes", is_believed=False)
    return Verdict("the text layer agrees with the picture", is_believed=True)


def is_blank(native: NativeText) -> bool:
    """Whether there is nothing on the page to read, neither as text nor to look at."""
    return not native.characters and not native.picture_share and not native.is_vector_heavy


def is_scan(native: NativeText) -> bool:
    """Whether the page is a picture with an earlier OCR's text under it."""
    return native.picture_share >= PAGE_PICTURE and native.invisible_share > MAX_INVISIBLE


def is_beyond_ocr(native: NativeText) -> bool:
    """Whether the layer is mapped well enough to tell that its script is neither Latin nor Chinese
    nor Japanese, which is what OCR reads unless a language is named.
    """
    if native.unmapped_share > HALF_MAPPED or native.letter_share < MIN_LETTERS:
        return False
    letters = [c for line in native.lines for c in line.text if c.isalpha()]
    known = len(_OCR_LETTER.findall("".join(letters)))
    return len(letters) - known > FOREIGN_LETTERS * len(letters)


def _nothing_but(native: NativeText) -> str:
    return "the page is a picture" if native.picture_share else "the page is drawn as paths"


def _shows_anything(native: NativeText) -> bool:
    return native.invisible_share < 1.0 or native.picture_share > 0.0 or native.is_vector_heavy


def _judge_characters(native: NativeText, mode: str) -> Verdict:
    if _is_garbage(native):
        return Verdict("the text layer makes no sense", is_believed=False, flags=_GARBAGE)
    text = "\n".join(line.text for line in native.lines).lower()
    words = Counter(_WORD.findall(text))
    if _has_holes(text, words):
        return Verdict("the text layer lacks letters in words", is_believed=False, flags=_GARBAGE)
    if native.invisible_share > MAX_INVISIBLE:
        return _judge_invisible(words, mode)
    if _is_mostly_picture(native):
        return Verdict("the page is mostly a picture", is_believed=False)
    if native.is_vector_heavy and native.characters < FEW_CHARACTERS:
        return Verdict("the page is mostly drawn as paths", is_believed=False)
    oddity = _oddity(text, words)
    if oddity:
        return Verdict(oddity, is_believed=False, flags=_GARBAGE, is_open=True)
    return Verdict("the page has a good text layer", is_believed=True, is_open=True)


def _judge_invisible(words: Counter[str], mode: str) -> Verdict:
    if mode == FAST and _letters(words) >= ENOUGH_LETTERS and is_language(words, MIN_COMMON):
        return Verdict("the text layer is invisible, but makes sense", is_believed=True)
    reason = "the text layer is invisible: left there by an earlier OCR"
    return Verdict(reason, is_believed=False, is_open=True, is_ocr=True)


def _is_mostly_picture(native: NativeText) -> bool:
    return (
        native.picture_share >= LARGE_PICTURE
        and native.characters < CHARACTERS_PER_PICTURE * native.picture_share
    )


def _is_garbage(native: NativeText) -> bool:
    if native.unmapped_share > MAX_UNMAPPED or native.letter_share < MIN_LETTERS:
        return True
    text = _SPACE.sub("", "".join(line.text for line in native.lines))
    return _has_few_letters(text) or _has_few_vowels(text)


def _has_few_letters(text: str) -> bool:
    """A subset font without a map gives marks instead of letters: `Phone` becomes `"7+%-`."""
    thinned = _REPEATED_MARK.sub(r"\1", text)
    return sum(map(str.isalnum, thinned)) < MIN_ALPHANUMERIC * len(thinned)


def _has_few_vowels(text: str) -> bool:
    """Letters mapped to other letters keep their number but lose their vowels: `WKH TXLFN`."""
    letters = _NOT_ASCII_LETTER.sub("", text.lower())
    return len(letters) >= ENOUGH_FOR_VOWELS and len(_VOWEL.findall(letters)) < MIN_VOWELS * len(
        letters
    )


def _has_holes(text: str, words: Counter[str]) -> bool:
    """Ligatures are what a font's map forgets most often: `di\ufffdcult`."""
    holes = len(_HOLE.findall(text))
    return holes >= SOME_HOLED and holes > MAX_HOLED * words.total()


def _oddity(text: str, words: Counter[str]) -> str:
    """What makes a layer suspicious: words as they are in no language. Few common words are not
    enough, as in a table or a form.
    """
    if _letters(words) < ENOUGH_LETTERS:
        return ""
    if len(_MIXED.findall(text)) > MAX_MIXED * words.total():
        return "the words of the text layer mix scripts"
    latin = Counter({word: n for word, n in words.items() if _LATIN_WORD.fullmatch(word)})
    letters, total = _letters(latin), latin.total()
    if letters < max(ENOUGH_LETTERS, _letters(words) / 2) or is_language(latin, MIN_COMMON):
        return ""
    if sum(number for word, number in latin.items() if len(word) == 1) > MAX_TORN * total:
        return "the words of the text layer are torn into letters"
    if letters > MAX_WORD * total:
        return "the text layer has no spaces between words"
    if surprise(Counter({word: n for word, n in latin.items() if len(word) > 1})) > MAX_SURPRISE:
        return "the words of the text layer are like those of no language"
    return ""


def _letters(words: Counter[str]) -> int:
    return sum(number * len(word) for word, number in words.items())
