"""`pagemill ingest --url`: the same errand with a server that makes the jobs, whatever it does."""

import json
import os
import random
import re
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from pagemill.cli import main
from pagemill.cli.ingest.door import LONGEST_PAUSE, Door
from pagemill.cli.ingest.memory import Memory, state_folder
from pagemill.cli.ingest.remote import Parcel, RemoteIntake, greet
from pagemill.cli.ingest.verdicts import Outcome, Verdict
from pagemill.cli.ingest.walk import Found, walk
from pagemill.client import Client, JobInfo
from pagemill.errors import PagemillError
from pagemill.model.job import Job
from pagemill.model.people import User, UserLimits
from pagemill.ports import JobQuery, Source, Taken
from pagemill.testing.documents import text_pdf
from web_house import LiveHouse, open_service, serving

Told = dict[str, object]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is remembered of servers lies in a folder of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "pagemill" / "ingest"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LiveHouse]:
    root = tmp_path / "house"
    root.mkdir()
    service = open_service(root)
    with serving(service, root) as house:
        yield house
    service.ledger.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six documents in two folders, two of them with the same bytes."""
    for name in ("a", "b", "deep/c", "deep/d", "deep/e"):
        put(tmp_path / "in" / f"{name}.pdf", text_pdf([f"The text of {name}"]))
    put(tmp_path / "in" / "again.pdf", text_pdf(["The text of a"]))
    return tmp_path / "in"


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def jobs_of(house: LiveHouse, user_id: str = "") -> list[Job]:
    return house.service.ledger.jobs(JobQuery(user_id, limit=1000))


@pytest.fixture
def ingest(house: LiveHouse, capfd: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """Runs the command here; what it counted, with its exit code and what it said to people."""

    def run(*arguments: object, code: int = 0) -> Told:
        capfd.readouterr()
        asked = ("ingest", *map(str, arguments), "--url", house.url, "--json")
        done = main(asked)
        told = capfd.readouterr()
        assert done == code, told.err
        # The server logs here, too.
        counted = re.search(r"^\{$.*?^\}$", told.out, re.MULTILINE | re.DOTALL)
        return {**(json.loads(counted[0]) if counted else {}), "said": told.err}

    return run


def counts(told: Told) -> tuple[object, ...]:
    return tuple(told[name] for name in ("accepted", "duplicate", "known", "refused"))


def test_every_file_of_a_folder_becomes_one_job_and_no_bytes_two(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path
) -> None:
    assert counts(ingest(folder)) == (5, 1, 0, 0)
    jobs = jobs_of(house)
    assert len(jobs) == len({job.document.sha256 for job in jobs}) == 5
    names = {job.filename for job in jobs} - {"a.pdf", "again.pdf"}
    assert names == {"b.pdf", "c.pdf", "d.pdf", "e.pdf"}


def test_a_second_run_sends_and_reads_nothing(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path
) -> None:
    ingest(folder)
    rings = house.bell.rings
    for path in folder.rglob("*.pdf"):
        before = path.stat()
        path.write_bytes(b"?" * before.st_size)  # would be refused, if anybody looked
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert counts(ingest(folder)) == (0, 0, 6, 0)
    assert house.bell.rings == rings
    assert len(jobs_of(house)) == 5


def test_when_nothing_is_remembered_here_the_server_says_what_it_has(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path, state: Path
) -> None:
    ingest(folder)
    rings = house.bell.rings
    for path in state.iterdir():
        path.unlink()
    assert counts(ingest(folder)) == (0, 6, 0, 0)
    assert house.bell.rings == rings


def test_a_job_that_was_deleted_is_not_made_again(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path
) -> None:
    ingest(folder)
    for job in jobs_of(house):
        house.service.delete(job.id)
    assert counts(ingest(folder)) == (0, 0, 6, 0)
    assert jobs_of(house) == []


def test_new_and_changed_files_are_sent(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path
) -> None:
    ingest(folder)
    put(folder / "new.pdf", text_pdf(["The text of something new"]))
    put(folder / "b.pdf", text_pdf(["The text of b, corrected"]))
    (folder / "deep" / "c.pdf").rename(folder / "moved.pdf")
    assert counts(ingest(folder)) == (2, 1, 4, 0)
    assert len(jobs_of(house)) == 7


def test_other_options_make_other_jobs(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path
) -> None:
    ingest(folder)
    assert counts(ingest(folder, "--engine", "text", "--priority", "3")) == (5, 1, 0, 0)
    assert counts(ingest(folder, "--engine", "text")) == (0, 0, 6, 0)
    engines = [(job.options.engine, job.priority) for job in jobs_of(house)]
    assert sorted(engines) == [("auto", 10)] * 5 + [("text", 3)] * 5


def test_equal_bytes_in_different_batches_are_one_job(
    house: LiveHouse, ingest: Callable[..., Told], tmp_path: Path
) -> None:
    for number in range(60):
        put(tmp_path / "in" / f"{number}.pdf", text_pdf([f"Text {number % 3}"]))
    assert counts(ingest(tmp_path / "in", "--batch", "1", "--io", "8")) == (3, 57, 0, 0)
    assert len(jobs_of(house)) == 3


def test_the_jobs_are_those_of_whoever_the_token_names(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path
) -> None:
    ann, bob = house.let_in("ann"), house.let_in("bob")
    assert counts(ingest(folder, "--token", ann)) == (5, 1, 0, 0)
    assert counts(ingest(folder, "--token", bob)) == (5, 1, 0, 0)
    assert counts(ingest(folder, "--token", ann)) == (0, 0, 6, 0)
    assert len(jobs_of(house, "ann")) == len(jobs_of(house, "bob")) == 5


def test_another_ledger_at_the_same_address_gets_everything(
    ingest: Callable[..., Told], folder: Path, tmp_path: Path, house: LiveHouse
) -> None:
    ingest(folder)
    root = tmp_path / "other"
    root.mkdir()
    service = open_service(root)
    with serving(service, root) as other:
        assert main(["ingest", str(folder), "--url", other.url, "-q"]) == 0
        assert len(jobs_of(other)) == 5
    service.ledger.close()


def test_what_is_no_document_is_refused_without_being_sent_and_said_again(
    house: LiveHouse, ingest: Callable[..., Told], tmp_path: Path
) -> None:
    put(tmp_path / "in" / "empty.pdf", b"")
    put(tmp_path / "in" / "letter.pdf", b"Dear sir or madam")
    for _ in range(2):
        told = ingest(tmp_path / "in", code=1)
        assert counts(told) == (0, 0, 0, 2)
        assert told["refused_by_code"] == {"empty_file": 1, "not_a_document": 1}
        assert "empty.pdf: The file is empty." in str(told["said"])
    assert house.bell.rings == 0


def test_what_the_server_refuses_is_the_files_own_trouble_and_tried_again(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path
) -> None:
    put(folder / "huge.pdf", text_pdf(["Huge"]) + b"\n" * 5 * 1024 * 1024)
    told = ingest(folder, code=1)
    assert counts(told) == (5, 1, 0, 1)
    assert told["refused_by_code"] == {"too_large": 1}
    assert counts(ingest(folder, code=1)) == (0, 0, 6, 1)
    put(folder / "huge.pdf", text_pdf(["Not huge any more"]))
    assert counts(ingest(folder)) == (1, 0, 6, 0)


def test_names_of_any_bytes_and_length_come_through(
    house: LiveHouse, ingest: Callable[..., Told], tmp_path: Path
) -> None:
    long = "x" * 196 + ".pdf"
    put(tmp_path / "in" / long, text_pdf(["Long"]))
    put(tmp_path / "in" / 'quo"te\n.pdf', text_pdf(["Odd"]))
    put(Path(os.fsdecode(os.fsencode(tmp_path / "in") + b"/br\xfcder.pdf")), text_pdf(["Latin"]))
    assert counts(ingest(tmp_path / "in")) == (3, 0, 0, 0)
    assert counts(ingest(tmp_path / "in")) == (0, 0, 3, 0)
    assert {job.filename for job in jobs_of(house)} == {long, 'quo"te.pdf', "brder.pdf"}


def test_a_dry_run_sends_nothing(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path
) -> None:
    assert counts(ingest(folder, "--dry-run"))[0] == 6
    assert jobs_of(house) == []
    ingest(folder)
    assert counts(ingest(folder, "--dry-run")) == (0, 0, 6, 0)


@pytest.mark.parametrize("arguments", [("--user", "ann"), ("--link",), ("--engine", "magic")])
def test_what_makes_no_sense_on_a_server_is_wrong_use(
    ingest: Callable[..., Told], folder: Path, arguments: tuple[str, ...], house: LiveHouse
) -> None:
    ingest(folder, *arguments, code=2)
    assert jobs_of(house) == []


def test_a_server_that_is_set_is_used_unless_a_data_folder_is_named(
    house: LiveHouse, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEMILL_URL", house.url)
    assert main(["ingest", str(folder), "--data", str(tmp_path / "data"), "-q"]) == 0
    assert jobs_of(house) == []
    assert main(["ingest", str(folder), "-q"]) == 0
    assert len(jobs_of(house)) == 5


def test_nobody_there_at_first_is_said_at_once(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert main(["ingest", str(folder), "--url", url]) == 3
    assert "Start one with `pagemill serve`" in capfd.readouterr().err


def test_a_token_that_is_not_let_in_ends_it_with_the_next_step(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path
) -> None:
    told = ingest(folder, "--token", "pm_nonsense", code=2)
    assert "`pagemill user token` makes another" in str(told["said"])
    reader = house.let_in("eve", scopes=["read"])
    told = ingest(folder, "--token", reader, code=2)
    assert "Use a token with that scope" in str(told["said"])
    assert jobs_of(house) == []


def test_a_token_revoked_in_the_middle_ends_it_and_the_next_run_goes_on(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path
) -> None:
    token, text = house.office.add_token("local", "short-lived")
    with intake_for(house, text) as intake:
        batch = found_in(folder)
        assert outcomes(intake.take(batch[:3]))[Outcome.REFUSED] == 0
        house.office.revoke_token(token.id, "local")
        with pytest.raises(PagemillError) as refused:
            intake.take(batch[3:])
    assert refused.value.code == "token_revoked"
    ingest(folder)
    assert len(jobs_of(house)) == 5


# Trouble in the middle, with an intake in the test's own hands


class FastTime:
    """A clock that goes on when somebody waits, and an event that nobody sets."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def is_set(self) -> bool:
        return False

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.now += seconds
        return False


@contextmanager
def intake_for(
    house: LiveHouse,
    token: str = "",
    announce: Callable[[str], None] = lambda _: None,
    make: type[Client] = Client,
    stop: threading.Event | None = None,
    time: FastTime | None = None,
) -> Iterator[RemoteIntake]:
    rng = random.Random(1)
    if time is not None:
        door = Door(announce, time, rng, time)
    else:
        door = Door(announce, stop or threading.Event(), rng)
    with make(house.url, token=token, patience_seconds=0) as client:
        greeted = greet(client, {}, door)
        with closing(Memory(house.root / "memory.db", print)) as memory:
            intake = RemoteIntake(client, Parcel({}), greeted, memory, door, at_once=4)
            with closing(intake):
                yield intake


def found_in(folder: Path) -> list[Found]:
    return [item for item in walk([folder]) if isinstance(item, Found)]


def outcomes(verdicts: list[Verdict]) -> dict[Outcome, int]:
    return {one: sum(v.outcome is one for v in verdicts) for one in Outcome}


def test_a_line_that_is_full_is_waited_for_and_nothing_is_refused(
    house: LiveHouse, folder: Path
) -> None:
    house.office.add_user(User("ann", limits=UserLimits(max_waiting_jobs=1)))
    token = house.office.add_token("ann", "token")[1]
    waited: list[str] = []

    def announce(waiting_for: str) -> None:
        if waiting_for:
            waited.append(waiting_for)
            house.worker.work_off()

    with intake_for(house, token, announce, time=FastTime()) as intake:
        verdicts = intake.take(found_in(folder))
    assert outcomes(verdicts)[Outcome.ACCEPTED] == 5
    assert len(jobs_of(house, "ann")) == 5
    assert "waiting, again in" in waited[0]


def test_pages_or_space_that_are_used_up_end_it(house: LiveHouse, folder: Path) -> None:
    """Waiting until midnight helps, and sending everything in vain until then does not."""
    house.office.add_user(User("ann", limits=UserLimits(pages_per_day=3)))
    token = house.office.add_token("ann", "token")[1]
    with intake_for(house, token) as intake:
        batch = found_in(folder)
        intake.take(batch[:1])
        house.worker.work_off()
        with pytest.raises(PagemillError) as refused:
            intake.take(batch[1:])
    assert refused.value.code == "quota_pages"


class ChangingClient(Client):
    """The file that is sent first changes between being read and being sent, so often."""

    times = 1

    def submit(self, source: Path, **given: object) -> JobInfo:
        if self.times:
            self.times -= 1
            source.write_bytes(source.read_bytes() + b"\n% longer")
        return super().submit(source, **given)


def test_a_file_that_changes_before_it_is_sent_is_sent_as_it_is_then(
    house: LiveHouse, folder: Path
) -> None:
    with intake_for(house, make=ChangingClient) as intake:
        (verdict,) = intake.take([found for found in found_in(folder) if found.path.stem == "b"])
    assert verdict.outcome is Outcome.ACCEPTED
    (job,) = jobs_of(house)
    assert job.document.sha256 == sha256((folder / "b.pdf").read_bytes()).hexdigest()
    with intake_for(house) as intake:
        assert intake.take(found_in(folder / "b.pdf"))[0].outcome is Outcome.KNOWN


def test_a_file_that_never_stands_still_is_refused_for_now(
    house: LiveHouse, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ChangingClient, "times", 10)
    with intake_for(house, make=ChangingClient) as intake:
        (verdict,) = intake.take(found_in(folder / "b.pdf"))
    assert (verdict.outcome, verdict.code) == (Outcome.REFUSED, "upload_cut")
    assert jobs_of(house) == []
    with intake_for(house) as intake:
        assert intake.take(found_in(folder / "b.pdf"))[0].outcome is Outcome.ACCEPTED


class LosingClient(Client):
    """The file is gone when it is to be sent."""

    def submit(self, source: Path, **given: object) -> JobInfo:
        source.unlink()
        return super().submit(source, **given)


def test_a_file_that_vanishes_before_it_is_sent_is_refused_alone(
    house: LiveHouse, folder: Path
) -> None:
    with intake_for(house, make=LosingClient) as intake:
        (verdict,) = intake.take(found_in(folder / "b.pdf"))
    assert (verdict.outcome, verdict.code) == (Outcome.REFUSED, "file_not_found")


class ShrinkingClient(Client):
    """The file is cut while it is being sent: fewer bytes come than were announced."""

    times = 1

    def submit(self, source: Path, **given: object) -> JobInfo:
        if self.times:
            self.times -= 1
            source.write_bytes(text_pdf(["Short"]))
            raise PagemillError("server_unreachable", "Too little data for declared length")
        return super().submit(source, **given)


def test_a_file_that_shrinks_while_it_is_sent_makes_nobody_wait(
    house: LiveHouse, folder: Path
) -> None:
    waited: list[str] = []
    put(folder / "b.pdf", text_pdf(["Long"] * 50))
    with intake_for(house, announce=waited.append, make=ShrinkingClient) as intake:
        (verdict,) = intake.take(found_in(folder / "b.pdf"))
    assert verdict.outcome is Outcome.ACCEPTED
    assert waited == []


def test_a_server_that_is_away_is_waited_for_until_it_is_back(tmp_path: Path, folder: Path) -> None:
    root = tmp_path / "house"
    root.mkdir()
    service = open_service(root)
    away = threading.Event()
    verdicts: list[Verdict] = []
    with serving(service, root) as house:
        port = house.web_port
        intake_context = intake_for(house, announce=lambda text: text and away.set())
        intake = intake_context.__enter__()
    thread = threading.Thread(target=lambda: verdicts.extend(intake.take(found_in(folder))))
    thread.start()
    assert away.wait(30)
    with serving(service, root, port=port) as house:
        thread.join(60)
        assert outcomes(verdicts)[Outcome.ACCEPTED] == 5
        assert len(jobs_of(house)) == 5
    intake_context.__exit__(None, None, None)
    service.ledger.close()


def test_whoever_wants_out_does_not_wait_for_a_server_that_is_away(
    tmp_path: Path, folder: Path
) -> None:
    root = tmp_path / "house"
    root.mkdir()
    service = open_service(root)
    stop = threading.Event()
    with serving(service, root) as house:
        context = intake_for(house, announce=lambda text: text and stop.set(), stop=stop)
        intake = context.__enter__()
    with pytest.raises(PagemillError) as raised:
        intake.take(found_in(folder))
    assert raised.value.code == "server_unreachable"
    context.__exit__(None, None, None)
    service.ledger.close()


# The door


class Weather:
    """What an act meets, one after the other."""

    def __init__(self, *errors: PagemillError) -> None:
        self.errors = list(errors)
        self.said: list[str] = []
        time = FastTime()
        self.waits = time.waits
        self.door = Door(self.said.append, time, random.Random(1), time)

    def act(self) -> str:
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def test_pauses_grow_up_to_a_bound_and_shrink_with_the_first_success() -> None:
    weather = Weather(*(PagemillError("server_unreachable", "gone") for _ in range(12)))
    assert weather.door.through(weather.act) == "done"
    assert len(weather.waits) == 12
    assert weather.waits[0] <= 0.5
    assert LONGEST_PAUSE / 2 <= weather.waits[-1] <= LONGEST_PAUSE
    assert weather.said[-1] == ""
    weather.errors = [PagemillError("server_unreachable", "gone again")]
    weather.door.through(weather.act)
    assert weather.waits[-1] <= 0.5


def test_a_server_that_says_how_long_is_waited_for_that_long() -> None:
    weather = Weather(PagemillError("too_many_requests", "Too many", retry_after=47))
    weather.door.through(weather.act)
    assert weather.waits == [47.0]
    assert weather.said == ["Too many: waiting, again in 47 s", ""]


def test_all_who_meet_the_same_trouble_wait_once_together() -> None:
    weather = Weather()
    error = PagemillError("server_unreachable", "gone")
    for _ in range(50):
        weather.door._shut(error, seen=0)
    assert weather.door._ceiling == 1.0
    assert len(weather.said) == 1


def test_what_does_not_pass_is_raised_at_once() -> None:
    weather = Weather(PagemillError("token_revoked"))
    with pytest.raises(PagemillError):
        weather.door.through(weather.act)
    assert weather.waits == []


# The memory


SOURCE = Source("key", "/in/a.pdf", 12, 34, "ab" * 32, Taken.ACCEPTED, "job")


def test_what_is_kept_is_there_for_the_next_run_and_for_others_now(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "memory.db"
    with closing(Memory(path, print)) as one, closing(Memory(path, print)) as other:
        one.keep([SOURCE])
        assert other.known(["key", "none"]) == {"key": SOURCE}
    with closing(Memory(path, print)) as later:
        assert later.known(["key"]) == {"key": SOURCE}
        assert later.known([f"no {number}" for number in range(2000)]) == {}


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be none" * 50, None])
def test_a_damaged_memory_is_begun_anew(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "memory.db"
    if content is None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE source (of TEXT)")
    else:
        path.write_bytes(content)
    said: list[str] = []
    with closing(Memory(path, said.append)) as memory:
        memory.keep([SOURCE])
        assert memory.known(["key"]) == {"key": SOURCE}
    assert said == []


def test_where_nothing_can_be_remembered_it_is_said_once_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    said: list[str] = []
    with closing(Memory(tmp_path / "file" / "memory.db", said.append)) as memory:
        memory.keep([SOURCE])
        assert memory.known(["key"]) == {"key": SOURCE}
    assert len(said) == 1
    assert "cannot be remembered here" in said[0]


def test_a_memory_that_is_held_by_somebody_else_for_ever_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pagemill.cli.ingest.memory.BUSY_SECONDS", 0.01)
    path = tmp_path / "memory.db"
    said: list[str] = []
    with closing(Memory(path, said.append)) as memory, closing(sqlite3.connect(path)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        memory.keep([SOURCE])
        memory.keep([SOURCE])
        assert memory.known(["key"]) == {}
    assert len(said) == 1


def test_paths_that_are_no_text_are_remembered_all_the_same(tmp_path: Path) -> None:
    odd = Source("odd", os.fsdecode(b"/in/br\xfcder.pdf"), 1, 2)
    with closing(Memory(tmp_path / "memory.db", print)) as memory:
        memory.keep([odd])
        assert memory.known(["odd"])["odd"].size_bytes == 1


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ("/var/state", "/var/state"),
        ("", "/home/ann/.local/state"),
        ("relative", "/home/ann/.local/state"),
    ],
)
def test_the_state_lies_where_the_desktop_says(given: str, folder: str) -> None:
    found = state_folder({"XDG_STATE_HOME": given}, Path("/home/ann"))
    assert found == Path(folder) / "pagemill" / "ingest"
