"""An inbox takes a file when it has come to rest, whoever brings it and however."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from journeys.nodes import until
from pagemill.cli.ingest.inbox import Inbox, Settling
from pagemill.cli.ingest.verdicts import Outcome, Tally, Verdict
from pagemill.cli.ingest.walk import Found, Item, Refused, Skipped
from pagemill.errors import PagemillError
from pagemill.testing.documents import text_pdf

QUIET = 2.0
# Writes a line for every line it is told, so that a test decides how slow it is.
SLOW_WRITER = """
import sys
with open(sys.argv[1], "wb", buffering=0) as file:
    for line in sys.stdin.buffer:
        file.write(line)
        print("written", flush=True)
"""


class Hands:
    """Two clocks that a test moves: the wall's in nanoseconds, and one that only goes forward."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def settling(self, quiet_seconds: float = QUIET) -> Settling:
        return Settling(quiet_seconds, lambda: int(self.seconds * 1e9), lambda: self.seconds)


def found(name: str, seconds: float, size: int = 1) -> Found:
    return Found(Path("/inbox") / name, size, int(seconds * 1e9))


def test_a_file_is_taken_when_it_has_stood_still_for_a_while():
    hands = Hands()
    settling = hands.settling()
    assert not settling.is_at_rest(found("a.pdf", 1000))
    hands.seconds += 1.9
    assert not settling.is_at_rest(found("a.pdf", 1000))
    hands.seconds += 0.2
    assert settling.is_at_rest(found("a.pdf", 1000))
    assert not settling.waiting


def test_every_change_begins_the_wait_anew():
    hands = Hands()
    settling = hands.settling()
    for size in range(1, 6):
        assert not settling.is_at_rest(found("a.pdf", hands.seconds, size))
        hands.seconds += 1.9
    assert not settling.is_at_rest(found("a.pdf", hands.seconds - 1.9, 5))
    hands.seconds += 0.2
    assert settling.is_at_rest(found("a.pdf", hands.seconds - 2.1, 5))


def test_a_file_that_was_finished_long_ago_is_taken_at_once():
    assert Hands().settling().is_at_rest(found("moved-here.pdf", 10))


def test_a_time_in_the_future_does_not_keep_a_file_for_ever():
    """The clock of a network share may go ahead of ours."""
    hands = Hands()
    settling = hands.settling()
    assert not settling.is_at_rest(found("a.pdf", 99_999))
    hands.seconds += QUIET
    assert settling.is_at_rest(found("a.pdf", 99_999))


def test_the_same_state_is_taken_once_and_another_again():
    settling = Hands().settling()
    assert settling.is_at_rest(found("a.pdf", 10))
    assert not settling.is_at_rest(found("a.pdf", 10))
    assert settling.is_at_rest(found("a.pdf", 20))
    assert settling.is_at_rest(found("a.pdf", 20, size=2))


# With real folders


class Watcher:
    """What an inbox has given so far."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.items: list[Item] = []
        self.said: list[str] = []

    def names(self) -> list[str]:
        return sorted(item.path.name for item in self.items if isinstance(item, Found))

    def has(self, *names: str) -> bool:
        return set(names) <= set(self.names())


@contextmanager
def watching(*folders: Path, quiet_seconds: float = 0.3, **given: object) -> Iterator[Watcher]:
    watcher = Watcher()
    settling = Settling(quiet_seconds)
    inbox = Inbox(folders, settling, watcher.stop, watcher.said.append, **given)
    watcher.inbox = inbox

    def watch() -> None:
        for items in inbox.rounds():
            watcher.items.extend(items)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        until(lambda: inbox._has_swept, "the first walk")
        yield watcher
    finally:
        watcher.stop.set()
        thread.join(30)
    assert not thread.is_alive()


def aged(path: Path, content: bytes = b"%PDF-1.7") -> Path:
    """A file that was finished long ago."""
    path.write_bytes(content)
    os.utime(path, (1_000_000, 1_000_000))
    return path


@pytest.fixture(params=["told", "polling"])
def ways(request: pytest.FixtureRequest) -> dict[str, object]:
    return {} if request.param == "told" else {"poll_seconds": 0.05}


def test_what_lies_there_is_taken_and_then_what_comes(tmp_path: Path, ways: dict) -> None:
    aged(tmp_path / "before.pdf")
    with watching(tmp_path, **ways) as watcher:
        assert watcher.names() == ["before.pdf"]
        (tmp_path / "after.pdf").write_bytes(b"%PDF")
        until(lambda: watcher.has("after.pdf"), "the new file")
    assert watcher.names() == ["after.pdf", "before.pdf"]


def test_a_file_that_another_process_writes_slowly_is_taken_whole(
    tmp_path: Path, ways: dict
) -> None:
    path = tmp_path / "slow.pdf"
    lines = text_pdf(["Slowly"]).splitlines(keepends=True)
    with watching(tmp_path, quiet_seconds=3.0, **ways) as watcher:
        writer = subprocess.Popen(
            [sys.executable, "-c", SLOW_WRITER, path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for line in lines:
            writer.stdin.write(line)
            writer.stdin.flush()
            if line.endswith(b"\n"):
                writer.stdout.readline()
            assert not watcher.has("slow.pdf")
        writer.communicate()
        until(lambda: watcher.has("slow.pdf"), "the whole file")
    (taken,) = [item for item in watcher.items if isinstance(item, Found)]
    assert taken.size_bytes == path.stat().st_size == len(b"".join(lines))


def test_files_in_flight_and_hidden_ones_are_left_alone_until_they_are_renamed(
    tmp_path: Path, ways: dict
) -> None:
    with watching(tmp_path, **ways) as watcher:
        for name in (".hidden.pdf", "a.pdf.part", "b.tmp", "c.crdownload"):
            aged(tmp_path / name)
        (tmp_path / ".sync").mkdir()
        aged(tmp_path / ".sync" / "copy.pdf")
        aged(tmp_path / "last.pdf")
        until(lambda: watcher.has("last.pdf"), "the file beside them")
        assert watcher.names() == ["last.pdf"]
        (tmp_path / "a.pdf.part").rename(tmp_path / "a.pdf")
        until(lambda: watcher.has("a.pdf"), "the renamed file")
    assert watcher.names() == ["a.pdf", "last.pdf"]


def test_a_file_moved_here_is_taken_without_a_wait(tmp_path: Path) -> None:
    outside, inbox = tmp_path / "outside", tmp_path / "inbox"
    outside.mkdir()
    inbox.mkdir()
    aged(outside / "moved.pdf")
    with watching(inbox, quiet_seconds=1000.0) as watcher:
        (outside / "moved.pdf").rename(inbox / "moved.pdf")
        until(lambda: watcher.has("moved.pdf"), "the moved file")


def test_a_folder_moved_here_is_taken_with_all_it_holds(tmp_path: Path, ways: dict) -> None:
    outside, inbox = tmp_path / "outside", tmp_path / "inbox"
    (outside / "deep" / "deeper").mkdir(parents=True)
    inbox.mkdir()
    names = [f"{number}.pdf" for number in range(20)]
    for name in names:
        aged(outside / "deep" / "deeper" / name)
    with watching(inbox, **ways) as watcher:
        (outside / "deep").rename(inbox / "deep")
        until(lambda: watcher.has(*names), "all files of the folder")
        aged(inbox / "deep" / "later.pdf")
        until(lambda: watcher.has("later.pdf"), "a file in the new folder")


def test_a_file_that_changes_later_is_taken_again(tmp_path: Path, ways: dict) -> None:
    path = aged(tmp_path / "a.pdf")
    with watching(tmp_path, **ways) as watcher:
        path.write_bytes(b"%PDF another")
        until(lambda: len(watcher.names()) == 2, "the file as it is now")
    sizes = [item.size_bytes for item in watcher.items if isinstance(item, Found)]
    assert sizes == [8, 12]


def test_what_the_system_did_not_tell_is_found_by_the_next_walk(tmp_path: Path) -> None:
    """A link to a folder is not watched by everybody's system; here nobody tells anything."""
    with watching(tmp_path, poll_seconds=0.05) as watcher:
        for number in range(5):
            aged(tmp_path / f"{number}.pdf")
            until(lambda number=number: watcher.has(f"{number}.pdf"), "the file")
    assert watcher.names() == [f"{number}.pdf" for number in range(5)]


def test_a_name_that_is_no_text_is_taken_under_its_own_bytes(tmp_path: Path, ways: dict) -> None:
    name = b"br\xfcder.pdf"
    with watching(tmp_path, **ways) as watcher:
        aged(Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)))
        until(watcher.names, "the file")
    (taken,) = [item for item in watcher.items if isinstance(item, Found)]
    assert os.fsencode(taken.path.name) == name


def test_what_is_no_file_is_told_once_and_not_with_every_walk(tmp_path: Path) -> None:
    (tmp_path / "nowhere.pdf").symlink_to("gone")
    (tmp_path / "notes.txt").write_bytes(b"x")
    with watching(tmp_path, poll_seconds=0.05) as watcher:
        aged(tmp_path / "a.pdf")
        until(lambda: watcher.has("a.pdf"), "a later walk")
        aged(tmp_path / "b.pdf")
        until(lambda: watcher.has("b.pdf"), "one more")
    kinds = sorted(type(item).__name__ for item in watcher.items)
    assert kinds == ["Found", "Found", Refused.__name__, Skipped.__name__]


def test_links_to_folders_are_followed_only_when_told_to(tmp_path: Path) -> None:
    outside, inbox = tmp_path / "outside", tmp_path / "inbox"
    outside.mkdir()
    inbox.mkdir()
    (inbox / "link").symlink_to(outside)
    with watching(inbox) as watcher:
        aged(outside / "a.pdf")
        aged(inbox / "b.pdf")
        until(lambda: watcher.has("b.pdf"), "the file beside the link")
        assert watcher.names() == ["b.pdf"]
    with watching(inbox, follow=True, poll_seconds=0.05) as watcher:
        until(lambda: watcher.has("a.pdf", "b.pdf"), "both")


def test_what_was_refused_for_now_comes_again_with_the_next_walk(tmp_path: Path) -> None:
    path = aged(tmp_path / "a.pdf")
    with watching(tmp_path, poll_seconds=0.05) as watcher:
        assert watcher.names() == ["a.pdf"]
        refusals = [Verdict(path, Outcome.REFUSED, code="too_many_jobs")]
        watcher.inbox.hear(refusals, Tally())
        until(lambda: len(watcher.names()) == 2, "the file again")
        watcher.inbox.hear([Verdict(path, Outcome.REFUSED, code="not_a_document")], Tally())
        aged(tmp_path / "b.pdf")
        until(lambda: watcher.has("b.pdf"), "a later walk")
        assert watcher.names() == ["a.pdf", "a.pdf", "b.pdf"]


def test_a_system_that_does_not_tell_is_said_and_asked_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> Iterator[object]:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr("watchfiles.watch", refuse)
    monkeypatch.setattr("pagemill.cli.ingest.inbox.WITHOUT_WORD_SECONDS", 0.05)
    with watching(tmp_path) as watcher:
        aged(tmp_path / "a.pdf")
        until(lambda: watcher.has("a.pdf"), "the file, all the same")
    assert watcher.said == [
        "The system does not tell what moves (inotify watch limit reached); looking now and then."
    ]


@pytest.mark.parametrize("make", [Path.touch, lambda path: None])
def test_a_path_that_is_no_folder_cannot_be_watched(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "a.pdf")
    with pytest.raises(PagemillError) as refused:
        Inbox([tmp_path / "a.pdf"], Settling(1), threading.Event(), print)
    assert refused.value.code == "file_not_found"
