"""How good a text is: characters, words, reading order, facts. Measured against a transcription.

Everything is compared after `plain`: the same letters in another coat (ligatures, curly quotes,
long dashes, upper case, a word cut at the end of a line) are no errors.

- `cer`: edit distance of characters over the length of the truth, at most 1 (0 is perfect).
- `word_f1`: harmonic mean of precision and recall of the bag of words; says whether the text was
  found at all, wherever it stands (1 is perfect).
- `order`: of all pairs of landmarks, the share that stand in the order of the truth. Landmarks are
  runs of three words that occur once in the truth and once in the text (Kendall's tau distance,
  scaled so that 1 is perfect and chance is 0.5). None where fewer than five are found.
- `facts`: statements about the text that hold, such as that a phrase is there.
"""

import json
import re
import unicodedata
from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

LANDMARK_WORDS = 3
MIN_LANDMARKS = 5

_SAME = str.maketrans(
    dict.fromkeys("‘’‚‛`´′", "'")
    | dict.fromkeys("“”„‟«»″", '"')
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\ufeff", None)
    | {"…": "..."}
)
_CUT_WORD = re.compile(r"(?<=[^\W\d_])-\s+(?=[^\W\d_])")
_BULLET = re.compile(r"(?m)^\s*[•◦▪■●○·*+-]\s+")
_LEADER = re.compile(r"([._·*=~-]\s?){4,}")
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Score:
    """Figures of one document; None where it has no truth of that sort."""

    cer: float | None = None
    word_f1: float | None = None
    order: float | None = None
    facts_held: int = 0
    facts_total: int = 0


def score(found: str, truth: str | None, facts: Iterable[dict] = (), optional: str = "") -> Score:
    """Of plain texts; lines of `optional` (text inside figures) may be in `found`."""
    found = without(plain(found), (plain(line) for line in optional.splitlines()))
    held = [holds(fact, found) for fact in facts]
    known = [is_held for is_held in held if is_held is not None]
    if truth is None:
        return Score(facts_held=sum(known), facts_total=len(known))
    truth = plain(truth)
    return Score(
        cer(truth, found), word_f1(truth, found), order(truth, found), sum(known), len(known)
    )


def cer(truth: str, found: str) -> float:
    if not truth:
        return float(bool(found))
    return min(1.0, Levenshtein.distance(truth, found) / len(truth))


def word_f1(truth: str, found: str) -> float:
    wanted, given = Counter(words(truth)), Counter(words(found))
    total = wanted.total() + given.total()
    return 2 * (wanted & given).total() / total if total else 1.0


def order(truth: str, found: str) -> float | None:
    here, there = landmarks(truth), landmarks(found)
    places = [there[mark] for mark in here if mark in there]
    if len(places) < MIN_LANDMARKS:
        return None
    pairs = len(places) * (len(places) - 1) // 2
    return 1.0 - inversions(places) / pairs


def landmarks(text: str) -> dict[tuple[str, ...], int]:
    """Runs of words that occur once, with the number of their first word, in the text's order."""
    all_words = words(text)
    starts = range(len(all_words) - LANDMARK_WORDS + 1)
    runs = [tuple(all_words[i : i + LANDMARK_WORDS]) for i in starts]
    times = Counter(runs)
    return {run: place for place, run in enumerate(runs) if times[run] == 1}


def inversions(places: list[int]) -> int:
    """How many pairs stand in the wrong order."""
    seen: list[int] = []
    count = 0
    for place in places:
        count += len(seen) - bisect_right(seen, place)
        insort(seen, place)
    return count


def holds(fact: dict, found: str) -> bool | None:
    """Whether a fact holds in plain text; None for kinds that need more than text."""
    slack = int(fact.get("max_diffs") or 0)
    match fact["type"]:
        case "present":
            return find(plain(fact["text"]), found, slack) >= 0
        case "absent":
            return find(plain(fact["text"]), found, slack) < 0
        case "order":
            first = find(plain(fact["before"]), found, slack)
            return 0 <= first < find(plain(fact["after"]), found, slack)
        case _:
            return None


def find(phrase: str, text: str, slack: int) -> int:
    """Where `phrase` begins, give or take about `slack` characters; -1 where it does not."""
    exact = text.find(phrase)
    if exact >= 0 or not slack:
        return exact
    needed = 100.0 * (1 - slack / max(len(phrase), 1))
    hit = fuzz.partial_ratio_alignment(phrase, text, score_cutoff=needed)
    return -1 if hit is None or len(text) < len(phrase) - slack else hit.dest_start


def without(text: str, phrases: Iterable[str]) -> str:
    for phrase in sorted(phrases, key=len, reverse=True):
        if phrase:
            text = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", " ", text, count=1)
    return " ".join(text.split())


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def plain(text: str) -> str:
    """One line in lower case, in which only differences that matter are left."""
    text = unicodedata.normalize("NFKC", text.replace("\f", "\n").translate(_SAME)).translate(_SAME)
    text = _CUT_WORD.sub("", _BULLET.sub("", text))
    return " ".join(_LEADER.sub(" ", text).casefold().split())


def text_of_markdown(markdown: str) -> str:
    """The words of a Markdown text without its marks: a line per block, cells apart by spaces."""
    parser = MarkdownIt("commonmark").enable("table")
    return "\n".join(line for token in parser.parse(markdown) if (line := _text_of(token)))


def _text_of(token: Token) -> str:
    if token.type in {"fence", "code_block"}:
        return token.content
    if token.type == "html_block":
        return _TAG.sub(" ", re.sub(r"(?s)<!--.*?-->", " ", token.content))
    return "".join(_inline(child) for child in token.children or ())


def _inline(token: Token) -> str:
    if token.type in {"softbreak", "hardbreak"}:
        return "\n"
    return token.content if token.type in {"text", "code_inline"} else ""


def read_facts(lines: str) -> list[dict]:
    """One JSON object per line, as in `NAME.tests.jsonl`."""
    return [json.loads(line) for line in lines.splitlines() if line.strip()]
