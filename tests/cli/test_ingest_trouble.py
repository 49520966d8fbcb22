"""Trouble in the middle of an ingest to a server: what passes is waited for, and what is wrong with
one file stays its own.
"""

import random
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from cli.ingest_kit import (
    FastTime,
    a_house,
    found_in,
    intake_for,
    jobs_of,
    make_folder,
    outcomes,
    put,
)
from pagemill.cli.ingest.door import LONGEST_PAUSE, Door
from pagemill.cli.ingest.verdicts import Outcome, Verdict
from pagemill.client import Client, JobInfo
from pagemill.errors import PagemillError
from pagemill.model.people import User, UserLimits
from pagemill.testing.documents import text_pdf
from web_house import LiveHouse, open_service, serving


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LiveHouse]:
    with a_house(tmp_path / "house") as house:
        yield house


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "in")


def test_a_token_revoked_in_the_middle_ends_it_and_the_next_run_goes_on(
    house: LiveHouse, folder: Path
) -> None:
    token, text = house.office.add_token("local", "short-lived")
    with intake_for(house, text) as intake:
        batch = found_in(folder)
        assert outcomes(intake.take(batch[:3]))[Outcome.REFUSED] == 0
        house.office.revoke_token(token.id, "local")
        with pytest.raises(PagemillError) as refused:
            intake.take(batch[3:])
    assert refused.value.code == "token_revoked"
    with intake_for(house) as intake:
        intake.take(batch)
    assert len(jobs_of(house)) == 5


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


def test_a_lost_connection_is_told_in_words() -> None:
    weather = Weather(PagemillError("server_unreachable", "[Errno 111] Connection refused"))
    weather.door.through(weather.act)
    assert weather.said[0].startswith("No server answers (Connection refused): waiting, again in")


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
