"""The `queue` commands against a real server, whose pages are read when a test says so."""

import json
import re
import signal
import sys
from datetime import UTC, datetime

import pytest

from pagemill.cli import main
from pagemill.cli.operating import since_moment
from pagemill.cli.queue_tables import engine_row
from pagemill.client import EngineInfo
from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.people import Role
from pagemill.ports import NodeState
from pagemill.service import Target
from pagemill.web import WebConfig
from web_house import FAILURE, open_service, serving

CORRUPT = Failure("corrupt", "The file is damaged")
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
def house(tmp_path):
    service = open_service(tmp_path)
    with serving(service, tmp_path) as live:
        yield live
    service.ledger.close()


@pytest.fixture
def queue(house, monkeypatch, capsys):
    """Runs `pagemill queue <line>` against the server; gives code, stdout and stderr."""
    monkeypatch.setenv("PAGEMILL_URL", house.url)

    def command(line):
        code = main(["queue", *line.split()])
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


@pytest.fixture
def seen(queue, monkeypatch):
    """The same as a person at a terminal of 80 columns sees it, without the colours."""
    monkeypatch.setenv("COLUMNS", "80")

    def command(line):
        with monkeypatch.context() as terminal:
            terminal.setattr(sys.stdout, "isatty", lambda: True)
            return re.sub(r"\x1b\[[\d;]*m", "", queue(line)[1])

    return command


def failed(house, failure, name="bad.pdf"):
    """The id of a job whose document could not be opened."""
    job_id = house.submit(filename=name)["id"]
    house.worker.unopened = failure
    house.worker.work_off()
    house.worker.unopened = None
    return job_id


def with_gap(house):
    job_id = house.submit()["id"]
    house.worker.broken = {3}
    house.worker.work_off()
    house.worker.broken = ()
    return job_id


def rows(told):
    return [line.split("\t") for line in told.splitlines()]


# Stops.


def test_the_queue_is_paused_and_resumed(house, queue):
    house.submit()
    assert queue("pause") == (0, "The queue is stopped; nothing runs.\n", "")
    assert house.worker.claim() == []
    assert queue("pause")[1] == "The queue was stopped already; nothing runs.\n"
    assert queue("resume") == (0, "The queue goes on.\n", "")
    assert len(house.worker.claim()) == 1
    assert queue("resume")[1] == "The queue was not stopped.\n"


def test_users_and_engines_are_paused_by_name(house, queue):
    assert queue("pause --user local")[1] == "The work of local is stopped; nothing runs.\n"
    assert queue("pause --engine text --json")[1].count('"stopped": true') == 1
    assert {(s.scope, s.name) for s in house.service.steering.stops()} == {
        ("user", "local"),
        ("engine", "text"),
    }


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("pause --user local --engine text", 2, "Name one of them"),
        ("pause --user nobody", 2, "There is no user 'nobody'"),
        ("drain --engine magic", 2, "Allowed: "),
        ("limit magic 3", 2, "Allowed: "),
        ("limit text 0", 2, "max_running"),
        ("limit text few", 2, "neither a number nor `none`"),
        ("priority 11", 2, "equal to 10"),
        ("priority 1 --state asleep", 2, "'queued'"),
        ("dead --since yesterday", 2, "Say how long ago"),
        ("dead --limit 0", 2, "limit"),
    ],
)
def test_wrong_use_is_told_in_one_line_with_the_next_step(queue, line, code, told):
    ended, out, err = queue(line)
    assert (ended, out) == (code, "")
    assert told in err
    assert err.startswith("pagemill: ")
    assert err.count("\n") == 1


def test_a_drain_ends_when_nothing_runs_any_more(house, start):
    house.submit()
    (work,) = house.worker.claim()
    drain = start("queue", "drain", url=house.url)
    assert drain.stderr.readline() == "The queue is stopped; 1 task still runs:\n"
    assert "opening of " in drain.stderr.readline()
    house.worker.finish(work)
    assert drain.communicate(timeout=60)[0] == "The queue is stopped; nothing runs.\n"
    assert drain.returncode == 0


def test_a_drain_that_takes_too_long_is_failed_work(house, queue):
    job_id = house.submit()["id"]
    house.worker.claim()
    code, out, err = queue("drain --timeout 0")
    assert (code, out) == (1, "The queue is stopped, but 1 task still runs.\n")
    assert err == f"    opening of {job_id} on hand\n"
    assert json.loads(queue("drain --timeout 0 --json")[1])["running"] == 1


def test_a_drain_that_is_interrupted_leaves_the_queue_stopped(house, start):
    house.submit()
    house.worker.claim()
    drain = start("queue", "drain", url=house.url)
    assert "1 task still runs" in drain.stderr.readline()
    drain.send_signal(signal.SIGINT)
    assert drain.wait(60) == 130
    assert [stop.scope for stop in house.service.steering.stops()] == ["queue"]


def test_who_may_not_is_told_so(tmp_path, monkeypatch, capsys):
    service = open_service(tmp_path)
    with serving(service, tmp_path, WebConfig(is_open=False)) as house:
        monkeypatch.setenv("PAGEMILL_URL", house.url)
        monkeypatch.setenv("PAGEMILL_TOKEN", house.let_in("ann", Role.USER))
        assert main(["queue", "pause"]) == 2
        assert main(["queue", "pause", "--user", "ann"]) == 0
    told = capsys.readouterr()
    assert "scope `admin`" in told.err
    assert told.out == "The work of ann is stopped; nothing runs.\n"
    service.ledger.close()


# Given-up work.


def test_given_up_work_is_listed_for_programs(house, queue):
    hopeless, gap = failed(house, CORRUPT), with_gap(house)
    code, out, _ = queue("dead")
    assert code == 0
    newest, oldest = rows(out)
    assert newest[:3] == [gap, "page 3", "engine_failed"]
    assert newest[4:] == ["local", "1", "text", "mill.pdf", FAILURE.message]
    assert oldest[:3] == [hopeless, "opening", "corrupt"]
    assert rows(queue("dead --code corrupt")[1]) == [oldest]
    assert queue("dead --since 2120-01-01") == (0, "", "Nothing was given up.\n")
    assert [one["job"] for one in json.loads(queue("dead --json")[1])] == [gap, hopeless]


def test_of_much_given_up_work_the_newest_is_listed(house, queue):
    jobs = [failed(house, CORRUPT) for _ in range(3)]
    code, out, err = queue("dead --limit 2")
    assert (code, [row[0] for row in rows(out)]) == (0, [jobs[2], jobs[1]])
    assert "There are more" in err
    assert "There are more" not in queue("dead --limit 3")[2]


def test_a_person_sees_given_up_work_in_two_lines_each(house, seen):
    job_id = failed(house, CORRUPT)
    first, second = seen("dead").splitlines()
    assert first.startswith(f"{job_id}  opening  corrupt  ")
    assert first.endswith(" ago")
    assert second.strip() == "local, bad.pdf: The file is damaged"


def test_reasons_are_counted(house, queue, seen):
    failed(house, CORRUPT)
    failed(house, CORRUPT)
    with_gap(house)
    most, least = rows(queue("reasons")[1])
    assert (most[0], most[1], most[3]) == ("corrupt", "2", "cannot help")
    assert (least[0], least[1], least[3]) == ("engine_failed", "1", "may help")
    assert least[4] == f"mill.pdf, page 3: {FAILURE.message}"
    assert max(map(len, seen("reasons").splitlines())) <= 80
    assert queue("reasons --user nobody")[2] == "None.\n"


def test_failed_work_is_tried_again(house, queue):
    failed(house, CORRUPT)
    with_gap(house)
    code, out, err = queue("requeue-failed")
    assert (code, out) == (0, "1 job goes on with 1 page.\n")
    assert "1 task stays given up" in err
    assert "--all" in err
    assert queue("requeue-failed -q") == (0, "0 jobs go on.\n", "")
    told = json.loads(queue("requeue-failed --all --json")[1])
    assert (told["requeued"], told["pages"], told["hopeless"]) == (1, 0, 0)


def test_work_that_still_runs_is_named_when_it_is_left_out(house, queue):
    house.submit()
    house.worker.broken = {1}
    house.worker.step()
    house.worker.step(1)
    assert queue("requeue-failed") == (
        0,
        "0 jobs go on.\n",
        "1 task stays as it is: its job still runs or was cancelled.\n",
    )


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("30s", "2026-11-26T11:59:30.000Z"),
        ("30 min", "2026-11-26T11:30:00.000Z"),
        ("2h", "2026-11-26T10:00:00.000Z"),
        ("3d", "2026-11-23T12:00:00.000Z"),
        ("2026-11-26T14:30:00+02:00", "2026-11-26T12:30:00.000Z"),
        ("2026-11-26T14:30:00.5Z", "2026-11-26T14:30:00.500Z"),
    ],
)
def test_a_time_is_a_while_ago_or_a_moment(text, moment):
    assert since_moment(text, NOON) == moment


@pytest.mark.parametrize("text", ["2 weeks", "h", "-2h", "26.11.2026", "999999d", "٣h", ""])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(PagemillError) as refused:
        since_moment(text, NOON)
    assert refused.value.code == "invalid_options"


# Engines, workers, order.


def test_engines_are_listed_and_limited(house, queue):
    house.submit()
    assert rows(queue("engines")[1]) == [["cpu", "0", "", "1", "0", ""]]
    assert rows(queue("limit cpu 4")[1]) == [["cpu", "0", "4", "1", "0", ""]]
    assert json.loads(queue("limit cpu none --json")[1])["max_running"] is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"stopped": True}, "stopped"),
        ({"trips": 1}, "was away, one page is tried"),
        ({"trips": 1, "resting_until": "2120-01-01T00:00:00Z"}, "away, tried again in "),
        ({}, ""),
    ],
)
def test_an_engine_says_why_it_does_nothing(given, words):
    plain = {"resting_until": None, "trips": 0, "stopped": False, **given}
    row = engine_row(EngineInfo("vlm", 1, 2, 3, None, **plain))
    assert row[:5] == ("vlm", "1", "", "2", "3")
    assert row[5].startswith(words)
    assert bool(row[5]) == bool(words)


def test_waiting_jobs_get_another_priority(house, queue):
    for name in ("a.pdf", "b.pdf"):
        house.submit(filename=name)
    assert queue("priority 2 --name a") == (0, "1 job has priority 2 now.\n", "")
    assert queue("priority 2 --state queued,paused")[1] == "1 job has priority 2 now.\n"
    assert json.loads(queue("priority 2 --json")[1]) == {"reprioritised": 0}


def test_workers_are_listed_with_what_they_are_at(house, queue, seen):
    assert queue("workers")[1:] == (
        "",
        "None.\nNobody works: jobs wait. Start `pagemill worker` or `pagemill serve`.\n",
    )
    now_ms = house.service.clock.now_ms()
    at_work = {"child": 1, "pid": 2, "task_id": 3, "job_id": "job-1", "kind": "page", "page": 7}
    at_work |= {"since_ms": now_ms - 12_000, "memory_mb": 300.0}
    began_ms = now_ms - 7_200_000
    node = NodeState("mill-1", "1", "h", 42, 4, ("text",), began_ms, now_ms, running=(at_work,))
    house.service.ledger.heartbeat(node, 60)
    code, out, err = queue("workers")
    machine, work = rows(out)
    assert (code, err) == (0, "")
    assert (machine[0], machine[1], machine[4]) == ("mill-1", "working", "1/4")
    assert machine[3] == "2 h"
    assert machine[5] == work[3] == "315 MB"
    assert (work[0], work[1], work[4]) == ("job-1", "page 7", "mill-1")
    assert max(map(len, seen("workers").splitlines())) <= 80
    assert json.loads(queue("workers --json")[1])[0]["running"][0]["page"] == 7


# How the queue stands.


def test_the_figures_are_lines_for_programs(house, queue):
    failed(house, CORRUPT)
    with_gap(house)
    house.submit()
    house.service.steering.pause(Target.of())
    told = {tuple(row[:2]): row[2] for row in rows(queue("stats")[1])}
    assert (told["jobs", "queued"], told["jobs", "failed"]) == ("1", "1")
    assert (told["pages", "done"], told["pages", "dead"]) == ("2", "1")
    assert told["jobs", "completed today"] == "1"
    assert told["pages", "ended in the last hour"] == "3"
    assert told["text", "done"] == "2"
    assert ("stopped", "queue") in told


def test_the_figures_fit_a_terminal_and_say_what_is_stopped(house, queue, seen):
    with_gap(house)
    house.submit()
    queue("pause --engine text")
    told = seen("stats")
    assert max(map(len, told.splitlines())) <= 80
    assert told.startswith("The engine text has been stopped for 0 s, by local.\n")
    assert "1 job and 0 pages wait, the oldest job for " in told
    assert "1 job completed today (UTC)." in told
    lines = {line.split()[0]: line.split() for line in told.splitlines() if line.strip()}
    assert lines["text"][:6] == ["text", "-", "-", "-", "2", "1"]
    assert lines["local"][:2] == ["local", "1"]


def test_a_queue_where_nothing_waits_says_so(seen):
    assert "Nothing waits.\n" in seen("stats")


def test_the_figures_are_json_with_the_stops(house, queue):
    house.submit()
    queue("pause")
    told = json.loads(queue("stats --json")[1])
    assert told["jobs"] == {"queued": 1}
    assert [(stop["scope"], stop["by"]) for stop in told["stops"]] == [("queue", "local")]
    assert set(told["throughput"]) == {"minute", "hour", "day"}
