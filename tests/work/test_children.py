"""Children are real processes: fed, held to their limits, replaced."""

import os
import selectors
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from structlog.testing import capture_logs

from pagemill.app.child_config import ChildConfig
from pagemill.app.clock import SystemClock
from pagemill.model.document import PDF, Document
from pagemill.model.task import Died, PageDone, Released, Retry, SplitDone, TaskKind, Work
from pagemill.ports import Tools
from pagemill.testing import documents as make
from pagemill.work.children import Children, Result
from pagemill.work.spec import ChildLimits, ChildSpec
from pagemill.work.wire import Hello
from work.kit import make_tools, page_work, shelve, split_work

PATIENCE_SECONDS = 60.0
LIMITS = ChildLimits(1024, 1024, 1000, 60.0, 60.0, 60.0)


class Crew:
    """Children, the selector they speak through, and what they said."""

    def __init__(self, spec: ChildSpec, limits: ChildLimits, slots: int, spares: int) -> None:
        self.clock = SystemClock()
        self.selector = selectors.DefaultSelector()
        self.children = Children(spec, limits, slots, spares, self.clock, self.selector)
        self.results: list[Result] = []

    def until(self, is_true: Callable[[], object]) -> None:
        """Turns the loop as the agent does."""
        deadline = self.clock.monotonic() + PATIENCE_SECONDS
        while not is_true():
            assert self.clock.monotonic() < deadline, "waited in vain"
            self.children.keep_up()
            timeout = max(0.0, self.children.next_look() - self.clock.monotonic())
            for key, mask in self.selector.select(min(timeout, 0.1)):
                self.results += self.children.handle(key, mask)
            self.results += self.children.watch()

    def begin(self, *works: Work) -> None:
        for work in works:
            self.until(self.children.free)
            self.children.begin(work)

    def wait(self, count: int) -> list[Result]:
        self.until(lambda: len(self.results) >= count)
        return self.results

    def busy_pids(self) -> list[int]:
        return [int(str(state["pid"])) for state in self.children.states(0)]


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return make_tools(tmp_path)


@pytest.fixture
def spec(tmp_path: Path) -> ChildSpec:
    names = ("Count", "Crash", "Hang", "Leak", "Gate", "Slow")
    config = ChildConfig(
        shelf=str(tmp_path / "shelf"),
        engine="text",
        plugins=",".join(f"pagemill.testing.engines:{name}Engine" for name in names),
        max_pages=100,
        max_page_pixels=1_000_000,
        fence_mb=4096,
    )
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    spec = config.spec(scratch)
    gate = {"PAGEMILL_TEST_GATE": str(tmp_path / "gate"), "PAGEMILL_TEST_LEAK_MB": "4"}
    return replace(spec, environment={**spec.environment, **gate})


@pytest.fixture
def crew_of(spec: ChildSpec) -> Iterator[Callable[..., Crew]]:
    crews: list[Crew] = []

    def make_crew(
        slots: int = 1,
        spares: int = 0,
        limits: ChildLimits = LIMITS,
        spec: ChildSpec = spec,
    ) -> Crew:
        crews.append(Crew(spec, limits, slots, spares))
        return crews[-1]

    yield make_crew
    for crew in crews:
        crew.children.end()
        crew.selector.close()


def test_a_child_does_what_it_is_told(crew_of: Callable[..., Crew], tools: Tools) -> None:
    crew = crew_of()
    document = shelve(tools, make.text_pdf(2))
    crew.begin(split_work(document), page_work(document, 2))
    split, page = crew.wait(2)
    assert isinstance(split.outcome, SplitDone)
    assert isinstance(page.outcome, PageDone)
    assert page.work.page_no == 2
    assert len(list(tools.shelf.list("jobs"))) == 1


def test_no_more_tasks_run_at_once_than_there_are_slots(
    crew_of: Callable[..., Crew], tools: Tools, tmp_path: Path
) -> None:
    (tmp_path / "gate").touch()
    crew = crew_of(slots=2, spares=1)
    document = shelve(tools, make.text_pdf(3))
    crew.begin(page_work(document, 1, engine="gate"), page_work(document, 2, engine="gate"))
    crew.until(lambda: len(_processes(crew)) == 3)
    assert crew.children.free() == 0
    (tmp_path / "gate").unlink()
    crew.wait(2)
    assert crew.children.free() == 2


def test_a_crash_costs_the_page_and_says_how_the_child_died(
    crew_of: Callable[..., Crew], tools: Tools
) -> None:
    crew = crew_of()
    document = shelve(tools, make.text_pdf(["CRASH", "fine"]))
    crew.begin(page_work(document, 1, engine="crash"), page_work(document, 2, engine="crash"))
    crashed, fine = crew.wait(2)
    assert isinstance(crashed.outcome, Died)
    assert crashed.outcome.failure.code == "worker_died"
    assert "SIGSEGV" in crashed.outcome.failure.message
    assert isinstance(fine.outcome, PageDone)


@pytest.mark.parametrize(
    ("engine", "limits", "code"),
    [
        ("hang", replace(LIMITS, page_seconds=0.3), "page_timeout"),
        ("leak", replace(LIMITS, memory_mb=200), "page_memory"),
    ],
)
def test_a_child_past_its_limit_is_killed(
    crew_of: Callable[..., Crew], tools: Tools, engine: str, limits: ChildLimits, code: str
) -> None:
    crew = crew_of(limits=limits)
    document = shelve(tools, make.text_pdf([engine.upper()]))
    crew.begin(page_work(document, engine=engine))
    (pid,) = crew.busy_pids()
    (result,) = crew.wait(1)
    assert isinstance(result.outcome, Died)
    assert result.outcome.failure.code == code
    crew.until(lambda: not psutil.pid_exists(pid))


def test_a_users_own_time_for_pages_holds_instead_of_the_houses(
    crew_of: Callable[..., Crew], tools: Tools
) -> None:
    crew = crew_of(limits=replace(LIMITS, page_seconds=2 * PATIENCE_SECONDS))
    document = shelve(tools, make.text_pdf(["HANG"]))
    crew.begin(page_work(document, engine="hang", page_seconds=0.3))
    (result,) = crew.wait(1)
    assert isinstance(result.outcome, Died)
    assert result.outcome.failure.code == "page_timeout"
    assert "0.3 seconds" in result.outcome.failure.message


@pytest.mark.parametrize("own", [None, 5.5, 900.0])
def test_the_own_time_of_a_user_is_for_pages_only(own: float | None) -> None:
    limits = replace(LIMITS, split_seconds=10, page_seconds=20, assemble_seconds=30)
    work = split_work(Document("ab" * 32, PDF, 3), page_seconds=own)
    kinds = (TaskKind.SPLIT, TaskKind.PAGE, TaskKind.ASSEMBLE)
    assert [limits.seconds(replace(work, kind=kind)) for kind in kinds] == [10, own or 20, 30]


@pytest.mark.parametrize(
    ("page_seconds", "attempt", "seconds"), [(20, 1, 20), (20, 2, 300), (900, 1, 300)]
)
def test_a_first_look_into_a_document_gets_no_more_time_than_a_page(
    page_seconds: float, attempt: int, seconds: float
) -> None:
    limits = replace(LIMITS, split_seconds=300, page_seconds=page_seconds)
    work = split_work(Document("ab" * 32, PDF, 3), attempt=attempt)
    assert limits.seconds(work) == seconds


def test_an_allocation_past_the_fence_fails_inside_the_child(
    crew_of: Callable[..., Crew], tools: Tools, spec: ChildSpec
) -> None:
    fenced = replace(spec, hello=Hello({**spec.hello.config, "fence_mb": 512}))
    crew = crew_of(spec=fenced, limits=replace(LIMITS, memory_mb=100_000))
    document = shelve(tools, make.text_pdf(["LEAK"]))
    crew.begin(page_work(document, engine="leak"))
    (pid,) = crew.busy_pids()
    (result,) = crew.wait(1)
    assert isinstance(result.outcome, Retry)
    assert result.outcome.failure.code == "page_memory"
    assert psutil.pid_exists(pid)


def test_a_stopped_child_is_killed_when_its_time_is_up(
    crew_of: Callable[..., Crew], tools: Tools, tmp_path: Path
) -> None:
    (tmp_path / "gate").touch()
    crew = crew_of(limits=replace(LIMITS, page_seconds=0.5))
    crew.begin(page_work(shelve(tools, make.text_pdf(1)), engine="gate"))
    os.kill(crew.busy_pids()[0], signal.SIGSTOP)
    (result,) = crew.wait(1)
    assert isinstance(result.outcome, Died | Released)


def test_a_spare_takes_over_from_a_killed_child(
    crew_of: Callable[..., Crew], tools: Tools, tmp_path: Path
) -> None:
    (tmp_path / "gate").touch()
    crew = crew_of(slots=1, spares=1)
    work = page_work(shelve(tools, make.text_pdf(1)), engine="gate")
    crew.begin(work)
    crew.until(lambda: len(_processes(crew)) == 2)
    crew.until(lambda: sum(child.is_ready for child in _alive(crew)) == 2)
    crew.until(lambda: any(child.has_started for child in _alive(crew)))
    os.kill(crew.busy_pids()[0], signal.SIGKILL)
    (result,) = crew.wait(1)
    assert isinstance(result.outcome, Died)
    assert crew.children.free() == 1  # no child had to be started first


def test_a_death_costs_only_the_task_in_work_not_the_one_sent_ahead(
    crew_of: Callable[..., Crew], tools: Tools, tmp_path: Path
) -> None:
    (tmp_path / "gate").touch()
    crew = crew_of()
    document = shelve(tools, make.text_pdf(2))
    crew.begin(page_work(document, 1, engine="gate"))
    crew.children.send_ahead(page_work(document, 2, engine="gate"))
    assert crew.children.room_ahead() == 0
    crew.until(lambda: any(child.has_started for child in _alive(crew)))
    os.kill(crew.busy_pids()[0], signal.SIGKILL)
    first, second = crew.wait(2)
    assert isinstance(first.outcome, Died)
    assert (second.work.page_no, second.outcome) == (2, Released())


def test_a_task_sent_ahead_is_done_without_another_word(
    crew_of: Callable[..., Crew], tools: Tools, tmp_path: Path
) -> None:
    (tmp_path / "gate").touch()
    crew = crew_of()
    document = shelve(tools, make.text_pdf(2))
    crew.begin(page_work(document, 1, engine="gate"))
    crew.children.send_ahead(page_work(document, 2, engine="gate"))
    (tmp_path / "gate").unlink()
    assert [result.work.page_no for result in crew.wait(2)] == [1, 2]
    assert crew.children.free() == 1


def test_a_task_taken_back_is_not_done(
    crew_of: Callable[..., Crew], tools: Tools, tmp_path: Path
) -> None:
    (tmp_path / "gate").touch()
    crew = crew_of()
    document = shelve(tools, make.text_pdf(3))
    crew.begin(page_work(document, 1, engine="gate"))
    crew.children.send_ahead(page_work(document, 2, engine="gate"))
    assert [work.page_no for work in crew.children.take_back()] == [2]
    (tmp_path / "gate").unlink()
    crew.wait(1)
    crew.begin(page_work(document, 3, engine="count"))
    assert [result.work.page_no for result in crew.wait(2)] == [1, 3]
    assert not [s for s in tools.shelf.list("jobs") if "0002" in s.key]


def test_stopping_a_task_kills_its_child_and_spares_the_one_behind(
    crew_of: Callable[..., Crew], tools: Tools, tmp_path: Path
) -> None:
    (tmp_path / "gate").touch()
    crew = crew_of()
    document = shelve(tools, make.text_pdf(2))
    first, second = (page_work(document, n, engine="gate") for n in (1, 2))
    crew.begin(first)
    crew.children.send_ahead(second)
    (pid,) = crew.busy_pids()
    assert crew.children.stop({first.task_id}) == [second]
    crew.until(lambda: not psutil.pid_exists(pid))
    assert crew.results == []


def test_a_child_is_replaced_after_its_tasks(crew_of: Callable[..., Crew], tools: Tools) -> None:
    crew = crew_of(limits=replace(LIMITS, recycle_tasks=2))
    document = shelve(tools, make.text_pdf(1))
    pids = []
    for number in range(4):
        crew.begin(page_work(document, job_id=f"job{number}"))
        pids += crew.busy_pids()
        crew.wait(number + 1)
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_a_child_that_grew_is_replaced(crew_of: Callable[..., Crew], tools: Tools) -> None:
    crew = crew_of(limits=replace(LIMITS, recycle_mb=1))
    document = shelve(tools, make.text_pdf(1))
    crew.until(lambda: any(child.memory_mb for child in _alive(crew)))
    crew.begin(page_work(document))
    (pid,) = crew.busy_pids()
    crew.wait(1)
    crew.until(lambda: not psutil.pid_exists(pid))


def test_what_a_child_prints_reaches_the_log_and_holds_nothing_up(
    crew_of: Callable[..., Crew], spec: ChildSpec
) -> None:
    program = "print('noise\\n' * 100000, flush=True)"
    with capture_logs() as logs:
        crew = crew_of(spec=replace(spec, command=(sys.executable, "-c", program)))
        crew.until(lambda: any(log.get("line") == "noise" for log in logs))


def test_children_that_cannot_start_are_started_more_and_more_slowly(
    crew_of: Callable[..., Crew], spec: ChildSpec
) -> None:
    with capture_logs() as logs:
        crew = crew_of(spec=replace(spec, command=(sys.executable, "-c", "raise SystemExit(7)")))
        crew.until(lambda: len(_failed_starts(logs)) >= 3)
    assert [log["wait_seconds"] for log in _failed_starts(logs)] == [0.25, 0.5, 1.0]
    assert "exit status 7" in _failed_starts(logs)[0]["how"]
    assert crew.results == []


def test_a_child_leaves_no_temporary_files_behind(
    crew_of: Callable[..., Crew], tools: Tools, tmp_path: Path
) -> None:
    (tmp_path / "gate").touch()
    crew = crew_of()
    crew.begin(page_work(shelve(tools, make.text_pdf(1)), engine="gate"))
    (folder,) = (tmp_path / "scratch").iterdir()
    (folder / "half-written").write_bytes(b"x")
    os.kill(crew.busy_pids()[0], signal.SIGKILL)
    crew.until(lambda: not folder.exists())


def _alive(crew: Crew) -> list:
    return [key.data for key in crew.selector.get_map().values()][::2]


def _processes(crew: Crew) -> set[int]:
    return {child.process.pid for child in _alive(crew)}


def _failed_starts(logs: list) -> list:
    return [log for log in logs if log["event"] == "child_cannot_start"]
