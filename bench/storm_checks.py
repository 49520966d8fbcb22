"""What must hold after a storm: every file one job, every page once, nothing left over.

Everything is counted from the tables and the folders themselves, past the program. Each finding is
a sentence; none is the aim.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from ledgers import Place
from storm_files import Delivery

MOST_TOLD = 5

# Pairs that must be equal: a sentence, and two statements that give one number each.
_EQUAL = (
    ("jobs and their tally", "SELECT count(*) FROM job", "SELECT sum(jobs) FROM job_tally"),
    (
        "completed jobs and their tally",
        "SELECT count(*) FROM job WHERE state = 'completed'",
        "SELECT sum(jobs) FROM job_tally WHERE state = 'completed'",
    ),
    (
        "page tasks and their tally",
        "SELECT count(*) FROM task WHERE kind = 'page'",
        "SELECT sum(pages) FROM page_tally",
    ),
    (
        "pages done and their tally",
        "SELECT count(*) FROM task WHERE kind = 'page' AND state = 3",
        "SELECT sum(pages) FROM page_tally WHERE state = 3",
    ),
    (
        "pages done and what jobs count of them",
        "SELECT count(*) FROM task WHERE kind = 'page' AND state = 3",
        "SELECT sum(pages_done) FROM job",
    ),
    (
        "pages done and the events that tell of them",
        "SELECT count(*) FROM task WHERE kind = 'page' AND state = 3",
        "SELECT count(*) FROM event WHERE kind = 'page.done'",
    ),
    (
        "jobs completed and the events that tell of them",
        "SELECT count(*) FROM job WHERE state = 'completed'",
        "SELECT count(*) FROM event WHERE kind = 'job.completed'",
    ),
    (
        "jobs and the events of their arrival",
        "SELECT count(*) FROM job",
        "SELECT count(*) FROM event WHERE kind = 'job.queued'",
    ),
    (
        "versions of jobs and their events",
        "SELECT sum(version) FROM job",
        "SELECT count(*) FROM event",
    ),
    ("documents and jobs", "SELECT count(*) FROM document", "SELECT count(*) FROM job"),
)

# Statements that must find nothing.
_NOTHING = {
    "documents with more or less than one job": """
        SELECT document.sha256 FROM document LEFT JOIN job ON job.sha256 = document.sha256
        GROUP BY document.sha256 HAVING count(job.id) <> 1""",
    "pages told of as done more than once": """
        SELECT job_id FROM event WHERE kind = 'page.done' GROUP BY job_id HAVING count(*) > 1""",
    "jobs that still have something to do": """
        SELECT id FROM job WHERE state NOT IN ('completed', 'failed')""",
    "tasks that wait or run": "SELECT id FROM task WHERE state IN (1, 2, 4, 7)",
    "histories with gaps": """
        SELECT job.id FROM job JOIN event ON event.job_id = job.id
        GROUP BY job.id, job.version
        HAVING count(*) <> job.version OR max(event.seq) <> job.version""",
    "events, pages or sources of jobs that are not there": """
        SELECT job_id FROM event WHERE job_id NOT IN (SELECT id FROM job)
        UNION ALL SELECT job_id FROM task WHERE job_id NOT IN (SELECT id FROM job)
        UNION ALL SELECT job_id FROM source
        WHERE job_id IS NOT NULL AND job_id NOT IN (SELECT id FROM job)""",
}


def findings(delivery: Delivery, place: Place) -> Iterator[str]:
    """What does not hold, one sentence each. Nothing may run on the ledger meanwhile."""
    for what, question in _NOTHING.items():
        if rows := place.ask(question):
            yield f"{len(rows)} {what}: {_some(row[0] for row in rows)}"
    for what, first, second in _EQUAL:
        one, other = (place.ask(question)[0][0] or 0 for question in (first, second))
        if one != other:
            yield f"{what} differ: {one} and {other}"
    yield from _wrong_jobs(delivery, place)
    yield from _wrong_sources(delivery, place)
    yield from _wrong_files(delivery, place)


def left_behind(place: Place) -> dict[str, int]:
    """What kills left on the shelf, for upkeep to find: uploads that never came to their end, and
    page texts of attempts that did not win.
    """
    shelf = place.settings.data / "shelf"
    winners = {token for (token,) in place.ask("SELECT token FROM task WHERE kind = 'page'")}
    texts = (path.name.split(".")[1] for path in shelf.glob("jobs/*/pages/*.json"))
    return {
        "staged uploads": sum(1 for _ in _files(shelf / "uploads")),
        "texts of lost attempts": sum(token not in winners for token in texts),
    }


def _wrong_jobs(delivery: Delivery, place: Place) -> Iterator[str]:
    """Documents against what was delivered, and every job's end against what it must be."""
    ends = dict(place.ask("SELECT sha256, state FROM job"))
    wanted = dict.fromkeys(delivery.lines, "completed")
    wanted |= dict.fromkeys(delivery.broken, "failed")
    if missing := wanted.keys() - ends.keys():
        yield f"{len(missing)} files have no job: {_some(missing)}"
    if strange := ends.keys() - wanted.keys():
        yield f"{len(strange)} jobs are of no file: {_some(strange)}"
    both = wanted.keys() & ends.keys()
    if wrong := [sha256 for sha256 in both if ends[sha256] != wanted[sha256]]:
        yield f"{len(wrong)} jobs ended otherwise: {_some(f'{s} {ends[s]}' for s in wrong)}"


def _wrong_sources(delivery: Delivery, place: Place) -> Iterator[str]:
    """The index of paths: one row for each file that was read."""
    rows = dict(place.ask("SELECT outcome, count(*) FROM source GROUP BY outcome"))
    if rows.get("accepted", 0) != delivery.jobs or rows.get("duplicate", 0) != delivery.copies:
        yield f"the index of paths has {rows}, not {delivery.jobs} and {delivery.copies} copies"


def _wrong_files(delivery: Delivery, place: Place) -> Iterator[str]:
    """The shelf against the ledger, both ways; and in each output the line of its own document."""
    shelf = place.settings.data / "shelf"
    kept = {path.stem for path in _files(shelf / "documents")}
    if kept != (known := delivery.lines.keys() | delivery.broken):
        yield f"documents on the shelf: {_some(kept ^ known)} too many or too few"
    jobs = place.ask("SELECT id, sha256, outputs FROM job WHERE state = 'completed'")
    folders = {path.name for path in (shelf / "jobs").iterdir()} if jobs else set()
    if folders != (ids := {job_id for job_id, _, _ in jobs}):
        yield f"folders of jobs: {_some(folders ^ ids)} too many or too few"
    wrong = [
        job
        for job, sha256, outputs in jobs
        if not _is_whole(shelf / "jobs" / job, outputs, delivery.lines.get(sha256, ""))
    ]
    if wrong:
        yield f"{len(wrong)} jobs lack an output, or have another's: {_some(wrong)}"


def _is_whole(folder: Path, outputs: str, line: str) -> bool:
    """All files that are listed, of the sizes listed, and in them the document's own line."""
    texts = []
    for output in json.loads(outputs):
        try:
            texts.append((folder / output["path"]).read_bytes())
        except FileNotFoundError:
            return False
        if len(texts[-1]) != output["size_bytes"]:
            return False
    return bool(texts) and bool(line) and line.encode() in texts[0]


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _some(found: object) -> str:
    told = [str(one) for one in found]
    return ", ".join(told[:MOST_TOLD]) + (" …" if len(told) > MOST_TOLD else "")
