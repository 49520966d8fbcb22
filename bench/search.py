"""Search: how fast finished pages get into the full text, and how fast they are found there.

100,000 jobs of one page, of 100 users, whose words are spread as in a language. The index is filled
by the same code as in a server; then questions of several kinds are asked of it, and the same of
the texts without an index: `LIKE` over a table that holds them all in memory, and for a few `grep`
over the files. Prints pages per second, p50 and p99, and how many times faster the index is.

    python bench/search.py [--keep] [--pages 100000] [--asked 200] [--kinds sqlite postgresql]
"""

import argparse
import itertools
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import msgspec

from ledgers import KINDS, Place, places, server_for, settle
from pagemill.app.clock import SystemClock
from pagemill.app.indexes import open_index
from pagemill.model.page import Block, BlockKind, Box, PageText, page_key
from pagemill.model.search import wanted_of
from pagemill.ports import Looked, SearchIndex
from pagemill.shelf import LocalShelf
from pagemill.work.indexing import Indexer
from report import publish, table, verdict

USERS, LINES, WORDS_A_LINE, VOCABULARY = 100, 40, 9, 60_000
LEAST_RATE, MOST_MS, LEAST_RATIO = 250.0, 200.0, 20.0
TOKEN = "bench"
_FILL = (
    """INSERT INTO "user" (id) {n} SELECT 'user' || CAST(i AS TEXT) FROM n WHERE i < {users}""",
    """INSERT INTO document (sha256, media_type, size_bytes, pages, created_ms)
    {n} SELECT 'doc-' || CAST(i AS TEXT), 'application/pdf', 1000, 1, {now} FROM n""",
    """INSERT INTO job (id, user_id, sha256, filename, name_key, options, state, priority, rank,
      version, created_ms, updated_ms, started_ms, finished_ms, pages_total, pages_done,
      request_key)
    {n} SELECT 'job-' || CAST(1000000 + i AS TEXT), 'user' || CAST(i % {users} AS TEXT),
      'doc-' || CAST(i AS TEXT), 'bench.pdf', 'bench.pdf', '{{}}', 'completed', 5, {now},
      3, {now}, {now} + i, {now}, {now} + i, 1, 1, '' FROM n""",
    """INSERT INTO task (job_id, kind, page_no, user_id, pool, state, rank, token, finished_ms)
    {n} SELECT 'job-' || CAST(1000000 + i AS TEXT), 'page', 1,
      'user' || CAST(i % {users} AS TEXT), 'text', 3, {now}, '{token}', {now} FROM n""",
)


@dataclass
class Language:
    """Made-up words, the first ones by far the most frequent (Zipf)."""

    rng: random.Random = field(default_factory=lambda: random.Random(7))

    def __post_init__(self) -> None:
        syllables = ["".join(pair) for pair in itertools.product("bdfgklmnprst", "aeiou")]
        made: dict[str, None] = {}
        while len(made) < VOCABULARY:
            made["".join(self.rng.choices(syllables, k=self.rng.randint(1, 4)))] = None
        self.words = list(made)
        self._weights = list(itertools.accumulate(1 / (n + 3) for n in range(VOCABULARY)))

    def line(self) -> str:
        return " ".join(
            self.rng.choices(self.words, cum_weights=self._weights, k=WORDS_A_LINE)
        ).capitalize()


@dataclass(frozen=True)
class Question:
    kind: str
    query: str
    user: str = ""
    needle: str = ""


def main() -> int:
    asked = _arguments()
    rows, is_good = [], True
    with server_for(asked.kinds) as server:
        for kind in asked.kinds:
            with places(server if kind != "sqlite" else None) as (place,):
                measured, good = _measure(kind, place, asked)
                rows += measured
                is_good = is_good and good
    head = ("database", "", "p50 ms", "p99 ms", "LIKE ms", "grep ms", "times faster", "goal")
    body = (
        f"{asked.pages:,} jobs of one page of {LINES * WORDS_A_LINE} words, {USERS} users;"
        f" {asked.asked} questions of each kind. `LIKE` reads all texts from memory.\n\n"
        + table(head, rows)
    )
    publish("search", "Searching finished pages", body, "pagemill", is_kept=asked.keep)
    return 0 if is_good else 1


def _measure(kind: str, place: Place, asked: argparse.Namespace) -> tuple[list, bool]:
    texts = _fill(place, asked.pages)
    index = open_index(place.settings)
    with closing(index):
        began = time.perf_counter()
        _index(place, index)
        rate = asked.pages / (time.perf_counter() - began)
        settle(place)
        rows = [_rate_row(kind, rate, place)]
        plain, grep = _table_of(texts), _seconds(lambda: _grep(place, "never-said"))
        rows += [_ask(kind, index, plain, grep, some) for some in _questions(asked.asked)]
    return rows, not any("NO" in str(row[-1]) for row in rows)


def _rate_row(kind: str, rate: float, place: Place) -> list[object]:
    file = place.settings.data / "search.db"
    size = f", {file.stat().st_size / 1e6:,.0f} MB" if file.exists() else ""
    goal = verdict(rate, LEAST_RATE, at_least=True)
    return [kind, f"filling: {rate:,.0f} pages/s{size}", "", "", "", "", "", goal]


def _fill(place: Place, pages: int) -> list[str]:
    """A ledger with so many finished jobs, their page texts on the shelf; gives the texts."""
    n = f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {pages - 1})"
    now = SystemClock().now_ms() - 10 * pages
    place.run(*(s.format(n=n, users=USERS, now=now, token=TOKEN) for s in _FILL))
    language, texts = Language(), []
    shelf = place.settings.data / "shelf"
    for number in range(pages):
        lines = [language.line() for _ in range(LINES)]
        page = PageText(1, 612, 792, tuple(_blocks(lines)), "text", "1")
        path = shelf / page_key(f"job-{1_000_000 + number}", 1, TOKEN)
        path.parent.mkdir(parents=True)
        path.write_bytes(msgspec.json.encode(page))
        texts.append("\n".join(lines))
    return texts


def _blocks(lines: Sequence[str]) -> Iterator[Block]:
    for number, line in enumerate(lines):
        yield Block(BlockKind.LINE, Box(72, 72 + 16 * number, 540, 84 + 16 * number), line)


def _index(place: Place, index: SearchIndex) -> None:
    """Without the rests that leave time to others: this is what it can do."""
    with closing(place.open()) as ledger:
        shelf = LocalShelf(place.settings.data / "shelf")
        indexer = Indexer(ledger, shelf, index, SystemClock(), "bench", lambda _: False)
        while indexer.round():
            pass


def _table_of(texts: Sequence[str]) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE page (id INTEGER PRIMARY KEY, user TEXT, text TEXT)")
    rows = ((f"user{number % USERS}", text) for number, text in enumerate(texts))
    database.executemany("INSERT INTO page (user, text) VALUES (?, ?)", rows)
    return database


def _questions(count: int) -> Iterator[list[Question]]:
    """Of each kind as many; words of a language are asked for as rarely as they are used."""
    language, rng = Language(), random.Random(3)
    common, known, rare = language.words[:50], language.words[500:5000], language.words[20_000:]

    def made(kind: str, make: Callable[[], tuple[str, str]], user: bool = False) -> list[Question]:
        pairs = (make() for _ in range(count))
        return [
            Question(kind, query, f"user{rng.randrange(USERS)}" if user else "", needle)
            for query, needle in pairs
        ]

    def one(words: Sequence[str]) -> tuple[str, str]:
        word = rng.choice(words)
        return f"{word} ", word

    yield made("a rare word", lambda: one(rare))
    yield made("a known word", lambda: one(known))
    yield made("a common word", lambda: one(common))
    yield made("a common word, one user", lambda: one(common), user=True)
    yield made("two known words", lambda: (f"{one(known)[0]}{one(known)[0]}", one(known)[1]))
    yield made("beginning of a word", lambda: (one(known)[1][:3], one(known)[1][:3]))
    yield made("common words in a row", lambda: (f'"{one(common)[0]}{one(common)[1]}"', "zz zz"))


def _ask(
    kind: str,
    index: SearchIndex,
    plain: sqlite3.Connection,
    grep: float,
    questions: Sequence[Question],
) -> list[object]:
    waits = [
        _seconds(lambda q=q: index.find(Looked(wanted_of(q.query), q.user))) for q in questions
    ]
    waits.sort()
    p50, p99 = waits[len(waits) // 2], waits[len(waits) * 99 // 100]
    like = min(_seconds(lambda q=q: _like(plain, q)) for q in questions[:5])
    goals = (
        verdict(1000 * p99, MOST_MS, at_least=False),
        verdict(grep / p50, LEAST_RATIO, at_least=True),
    )
    figures = (f"{1000 * t:,.1f}" for t in (p50, p99, like, grep))
    times = f"{like / p50:,.0f}, {grep / p50:,.0f}"
    return [kind, questions[0].kind, *figures, times, "; ".join(goals)]


def _seconds(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _like(plain: sqlite3.Connection, question: Question) -> list:
    """All of them: which are the best is known only then."""
    sql = "SELECT id FROM page WHERE text LIKE ? AND (? = '' OR user = ?)"
    return plain.execute(sql, (f"%{question.needle}%", question.user, question.user)).fetchall()


def _grep(place: Place, needle: str) -> None:
    """It reads every file, whatever it looks for."""
    grep = shutil.which("grep") or "grep"
    jobs = place.settings.data / "shelf" / "jobs"
    command = [grep, "-r", "-l", "-i", "-F", "-e", needle, str(jobs)]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--asked", type=int, default=200, help="questions of each kind")
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=KINDS)
    parser.add_argument("--keep", action="store_true", help="write the section of RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
