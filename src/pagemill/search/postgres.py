"""The index in tables of PostgreSQL, by its own full text.

Words are parted and folded here and given as they are: no dictionary, no parser and no extension of
the server has a say, so that both databases find the same.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from pagemill.model.search import Term, Wanted
from pagemill.model.wording import words_of
from pagemill.ports.search import MOST_HITS, FinishedJob, Found, IndexedPage, Looked, Mark
from pagemill.search.postgres_links import Link, Links
from pagemill.search.ranking import CANDIDATES, Candidate, chosen, in_order

FORM = 1
MAKING = 7_024_003  # the number of an advisory lock, beside those of the ledger
MOST_PLACES = 16_383  # of a word, PostgreSQL documentation §12.9
PAGES_AT_ONCE = 200

_THERE = "SELECT to_regclass('search_mark') IS NOT NULL AS is_there"
# By `id + 0` the newest come first and no plan walks back through all pages to find a rare word.
_FIND = f"""
WITH found AS MATERIALIZED (
  SELECT id FROM search_page WHERE words @@ CAST(%(match)s AS tsquery)
  ORDER BY id + 0 DESC LIMIT {CANDIDATES}
)
SELECT page.id, job_id, page_no, ts_rank(words, CAST(%(terms)s AS tsquery), 1) AS score
FROM found JOIN search_page AS page ON page.id = found.id
"""  # noqa: S608  a number of ours
_TEXTS = "SELECT id, job_id, user_id, page_no, token, text FROM search_page WHERE id = ANY(%s)"
_PUT = """
INSERT INTO search_page (job_id, page_no, user_id, token, text, words)
VALUES (%s, %s, %s, %s, %s, CAST(%s AS tsvector))
ON CONFLICT (job_id, page_no) DO UPDATE SET user_id = excluded.user_id, token = excluded.token,
  text = excluded.text, words = excluded.words
"""
_BEGIN = "INSERT INTO search_job (id, version) VALUES (%s, 0) ON CONFLICT (id) DO NOTHING"
_WHOLE = """
INSERT INTO search_job (id, version) VALUES (%s, %s)
ON CONFLICT (id) DO UPDATE SET version = excluded.version
"""
_DROP_SOME = f"""
DELETE FROM search_page WHERE id IN (
  SELECT id FROM search_page WHERE job_id = %s LIMIT {PAGES_AT_ONCE}
)
"""  # noqa: S608  a number of ours


class PostgresIndex:
    """See `pagemill.ports.SearchIndex` for every promise."""

    def __init__(self, url: str) -> None:
        self._links = Links(url)

    def find(self, looked: Looked) -> Found:
        with self._links.lent() as link:
            if not _is_there(link):
                return Found(is_complete=False)
            is_complete = bool(_one(link, "SELECT is_complete FROM search_mark")["is_complete"])
            if not looked.wanted:
                return Found(is_complete=is_complete)
            asked = {"match": match_of(looked), "terms": _all_of(looked.wanted)}
            rows = link.execute(_FIND, asked).fetchall()
            candidates = [Candidate(r["id"], r["job_id"], r["page_no"], r["score"]) for r in rows]
            ids = chosen(candidates, looked)
            pages = in_order(ids, link.execute(_TEXTS, (ids,)).fetchall())
        return Found(
            tuple(map(_page, pages)),
            min(len(rows), MOST_HITS),
            len(rows) > MOST_HITS,
            is_complete,
        )

    def prepare(self) -> bool:
        with self._links.lent() as link:
            if _is_of_form(link):
                return False
        with self._write() as link:
            link.execute("SELECT pg_advisory_xact_lock(%s)", (MAKING,))
            if not _is_of_form(link):
                link.execute(files("pagemill.search").joinpath("tables_postgres.sql").read_bytes())
                link.execute("INSERT INTO search_mark VALUES (%s, 0, '', false)", (FORM,))
        return True

    def mark(self) -> Mark:
        with self._links.lent() as link:
            row = _one(link, "SELECT finished_ms, job_id FROM search_mark")
        return Mark(row["finished_ms"], row["job_id"])

    def set_mark(self, mark: Mark, *, is_complete: bool) -> None:
        with self._links.lent() as link:
            link.execute(
                "UPDATE search_mark SET finished_ms = %s, job_id = %s, is_complete = %s",
                (mark.finished_ms, mark.job_id, is_complete),
            )

    def versions(self, job_ids: Sequence[str]) -> dict[str, int]:
        with self._links.lent() as link:
            sql = "SELECT id, version FROM search_job WHERE id = ANY(%s)"
            return {row["id"]: row["version"] for row in link.execute(sql, (list(job_ids),))}

    def pages(self, job_id: str) -> dict[int, str]:
        with self._links.lent() as link:
            sql = "SELECT page_no, token FROM search_page WHERE job_id = %s"
            return {row["page_no"]: row["token"] for row in link.execute(sql, (job_id,))}

    def put(self, pages: Sequence[IndexedPage], whole: Sequence[FinishedJob] = ()) -> None:
        with self._write() as link, link.cursor() as cursor:
            cursor.executemany(_BEGIN, [(job_id,) for job_id in sorted({p.job_id for p in pages})])
            cursor.executemany(_PUT, [_row(page) for page in pages])
            cursor.executemany(_WHOLE, [(job.id, job.version) for job in whole])

    def drop_pages(self, job_id: str, numbers: Sequence[int]) -> None:
        with self._links.lent() as link:
            link.execute(
                "DELETE FROM search_page WHERE job_id = %s AND page_no = ANY(%s)",
                (job_id, list(numbers)),
            )

    def jobs(self, after: str, limit: int) -> list[str]:
        with self._links.lent() as link:
            sql = "SELECT id FROM search_job WHERE id > %s ORDER BY id LIMIT %s"
            return [row["id"] for row in link.execute(sql, (after, limit))]

    def drop(self, job_ids: Sequence[str]) -> None:
        """A long job in several steps; its own row goes with the last of them."""
        for job_id in job_ids:
            with self._links.lent() as link:
                while link.execute(_DROP_SOME, (job_id,)).rowcount == PAGES_AT_ONCE:
                    pass
                link.execute("DELETE FROM search_job WHERE id = %s", (job_id,))

    def close(self) -> None:
        self._links.close()

    @contextmanager
    def _write(self) -> Iterator[Link]:
        """One transaction, all of it or nothing."""
        with self._links.lent() as link, link.transaction():
            yield link


def match_of(looked: Looked) -> str:
    """As a tsquery. Words hold letters and digits only; names are quoted."""
    named = (("u", looked.user_id), ("j", looked.job_id))
    scope = [_quoted(f"{letter}:{name}") for letter, name in named if name]
    without = [f"!({_phrase(term)})" for term in looked.wanted.without]
    return " & ".join([*scope, _all_of(looked.wanted), *without])


def vector_of(page: IndexedPage) -> str:
    """As a tsvector: every word with where it stands, owner and job without."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words_of(page.text), 1):
        if place <= MOST_PLACES:
            places.setdefault(word, []).append(place)
    words = [f"'{word}':{','.join(map(str, at[:255]))}" for word, at in places.items()]
    scope = [_quoted(f"u:{page.user_id}"), _quoted(f"j:{page.job_id}")]
    return " ".join([*scope, *words])


def _all_of(wanted: Wanted) -> str:
    return " & ".join(f"({_phrase(term)})" for term in wanted.terms)


def _phrase(term: Term) -> str:
    words = [f"'{word}'" for word in term.words]
    return " <-> ".join(words) + (":*" if term.is_prefix else "")


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _row(page: IndexedPage) -> tuple[object, ...]:
    return (page.job_id, page.number, page.user_id, page.token, page.text, vector_of(page))


def _is_there(link: Link) -> bool:
    return bool(_one(link, _THERE)["is_there"])


def _is_of_form(link: Link) -> bool:
    if not _is_there(link):
        return False
    row = link.execute("SELECT form FROM search_mark").fetchone()
    return row is not None and row["form"] == FORM


def _one(link: Link, sql: str) -> dict[str, Any]:
    row = link.execute(sql.encode()).fetchone()
    return row or {}


def _page(row: Any) -> IndexedPage:  # noqa: ANN401  a row by name
    return IndexedPage(row["job_id"], row["user_id"], row["page_no"], row["token"], row["text"])
