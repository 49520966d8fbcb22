"""`clean`: finished jobs that must go, with their bytes; and nothing else."""

import json
import os
from contextlib import closing

import pytest

from journeys.nodes import until
from pagemill.app.house import open_house
from pagemill.app.lock import node_lock
from pagemill.model.people import LOCAL, Caller, User, UserLimits
from pagemill.ports import JobQuery
from pagemill.settings import Settings
from pagemill.testing.documents import text_pdf
from pagemill_process import serving
from web_house import HandWorker

MOMENT = 0.000001  # hours
ANN = Caller(User("ann"), LOCAL.scopes)


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def finish(data, *names, by=LOCAL):
    """Jobs that have ended in this order, each with a document of its own; their ids."""
    with closing(open_house(Settings(data=data))) as house:
        worker = HandWorker(house.ledger, house.shelf, pages=1)
        ids = []
        for name in names:
            with house.service.receive() as upload:
                upload.write(text_pdf([name]))
                ids.append(house.service.submit(upload, name, {}, by=by).job.id)
            worker.work_off()
        return ids


def age(data):
    """All documents look as if they had come some time ago."""
    for path in (data / "shelf" / "documents").rglob("*.pdf"):
        os.utime(path, (1e9, 1e9))


def jobs_of(data):
    with closing(open_house(Settings(data=data))) as house:
        return {job.id for job in house.ledger.jobs(JobQuery(limit=1000))}


def files_of(data, *folders):
    return [p for f in folders for p in (data / "shelf" / f).rglob("*") if p.is_file()]


@pytest.fixture
def clean(run, data):
    def command(*options, **settings):
        done = run("clean", *options, "--data", data, **settings)
        assert done.returncode == 0, done.stderr
        return done

    return command


def test_without_limits_nothing_has_to_go(clean, data):
    kept = finish(data, "a.pdf")
    done = clean()
    assert (done.stdout, done.stderr) == ("", "Nothing has to go.\n")
    assert jobs_of(data) == set(kept)


def test_the_oldest_go_with_all_their_bytes(clean, data):
    ids = finish(data, "a.pdf", "b.pdf", "c.pdf")
    age(data)
    done = clean(max_job_count=1)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [(row[0], row[1], row[-1]) for row in rows] == [
        (ids[0], "count", "a.pdf"),
        (ids[1], "count", "b.pdf"),
    ]
    assert done.stderr.startswith("2 jobs went, and ")
    assert jobs_of(data) == {ids[2]}
    assert [path.name for path in (data / "shelf" / "jobs").iterdir()] == [ids[2]]
    assert len(files_of(data, "documents", "trash")) == 1


def test_a_dry_run_tells_the_same_and_deletes_nothing(clean, data):
    ids = finish(data, "a.pdf", "b.pdf", "c.pdf")
    before = files_of(data, "documents", "jobs")
    dry = clean("--dry-run", max_job_count=1)
    assert dry.stderr.endswith("Nothing was deleted.\n")
    assert jobs_of(data) == set(ids)
    assert files_of(data, "documents", "jobs") == before
    assert clean(max_job_count=1).stdout == dry.stdout


@pytest.mark.parametrize("batch", [1, 2, 1000])
def test_it_goes_on_until_nothing_is_left_to_go(clean, data, batch):
    ids = finish(data, *(f"{number}.pdf" for number in range(5)))
    told = json.loads(clean("--json", max_job_count=1, queue_batch_size=batch).stdout)
    assert [job["id"] for job in told["jobs"]] == ids[:4]
    assert jobs_of(data) == {ids[4]}


def test_age_counts_by_the_settings_of_now(clean, data):
    """Jobs that ended before any limit was set have no date of their own yet."""
    finish(data, "a.pdf")
    assert "\tage\t" in clean(max_job_age_hours=MOMENT).stdout
    assert jobs_of(data) == set()


def test_limits_of_a_user_touch_nobody_else(clean, data):
    others = finish(data, "a.pdf", "b.pdf")
    with closing(open_house(Settings(data=data))) as house:
        house.office.add_user(User("ann", limits=UserLimits(keep_jobs=1)))
    first, second = finish(data, "c.pdf", "d.pdf", by=ANN)
    (gone,) = json.loads(clean("--json").stdout)["jobs"]
    assert (gone["id"], gone["user"], gone["reason"]) == (first, "ann", "count")
    assert jobs_of(data) == {*others, second}


def test_a_job_that_has_not_ended_never_goes(clean, data):
    (ended,) = finish(data, "a.pdf")
    with closing(open_house(Settings(data=data))) as house:
        for name in ("running.pdf", "waiting.pdf"):
            with house.service.receive() as upload:
                upload.write(text_pdf([name]))
                house.service.submit(upload, name, {})
        (work,) = house.ledger.claim("node:1", ("cpu",), 1, 60)
    told = json.loads(clean("--json", max_job_count=1, max_job_age_hours=MOMENT).stdout)
    assert [job["id"] for job in told["jobs"]] == [ended]
    with closing(open_house(Settings(data=data))) as house:
        assert len(house.ledger.jobs(JobQuery())) == 2
        assert house.ledger.held("node:1") == {work.task_id}


def test_many_jobs_are_counted_by_their_reason(clean, data):
    finish(data, *(f"{number}.pdf" for number in range(53)))
    dry = clean("--dry-run", max_job_count=2)
    (row,) = dry.stdout.splitlines()
    assert row.split("\t")[:2] == ["count", "51"]
    told = json.loads(clean("--json", max_job_count=2).stdout)
    assert (told["reasons"], len(told["jobs"])) == ({"count": 51}, 51)
    assert told["bytes"] == sum(job["bytes"] for job in told["jobs"]) > 0


def test_a_document_that_came_just_now_goes_later(clean, data):
    """The same bytes may be on their way into another job at this moment."""
    finish(data, "a.pdf")
    done = clean(max_job_age_hours=MOMENT)
    assert "goes with the next `pagemill clean`" in done.stderr
    assert len(files_of(data, "documents")) == 1
    assert files_of(data, "jobs") == []
    age(data)
    assert clean().stderr == "Nothing has to go.\n"
    assert files_of(data, "documents", "trash") == []


def test_quiet_says_what_went_and_no_more(clean, data):
    finish(data, "a.pdf")
    done = clean("-q", max_job_age_hours=MOMENT)
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_workers_on_the_folder_free_the_space_themselves(clean, data, tmp_path):
    finish(data, "a.pdf", "b.pdf")
    age(data)
    with serving(tmp_path, upkeep_seconds=0.05):
        lock = data / "node.lock"
        until(lambda: lock.exists() and lock.read_text().strip(), "the node to run")
        told = json.loads(clean("--json", max_job_count=1).stdout)
        assert (len(told["jobs"]), told["space"]) == (1, "server")
        until(lambda: len(files_of(data, "documents", "trash")) == 1, "the bytes to go")


def test_dates_that_a_running_node_has_set_stay(clean, data):
    (job_id,) = finish(data, "a.pdf")
    with node_lock(data):
        assert clean(max_job_age_hours=MOMENT).stdout == ""
    assert jobs_of(data) == {job_id}


def test_a_folder_without_a_ledger_is_not_made(run, data):
    done = run("clean", "--data", data)
    assert (done.returncode, done.stdout) == (2, "")
    assert "There is no ledger in" in done.stderr
    assert not data.exists()
