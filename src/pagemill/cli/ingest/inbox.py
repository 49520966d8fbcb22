"""Inboxes: folders that files keep coming into, watched until somebody says stop.

A file is taken when it has come to rest: its size and time of change have stood still for a while,
or are that old when it is first seen, as those of a file that was moved here. The system tells what
moves, and now and then everything is walked, for it may have missed something; on network shares,
where it tells nothing, the walk alone must do.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pagemill.cli.ingest.verdicts import Outcome, Tally, Verdict
from pagemill.cli.ingest.walk import Found, Item, judged, walk, why_skipped
from pagemill.errors import PagemillError

SWEEP_SECONDS = 60.0
SHARE_OF_SWEEPS = 20  # walking takes at most this part of the time, however large the inbox
TICK_SECONDS = 0.25
WITHOUT_WORD_SECONDS = 5.0  # between walks, where the system tells nothing
MOST_FAILURES = 3
# Refusals that may be over the next time everything is walked.
PASSING = frozenset(
    {"file_changed", "upload_cut", "too_many_jobs", "quota_pages", "quota_bytes", "internal"}
)


@dataclass(frozen=True, slots=True)
class Look:
    """How a file looked, and since when (seconds of a clock that only goes forward)."""

    size_bytes: int
    mtime_ns: int
    since: float


@dataclass(slots=True)
class Settling:
    """Tells files at rest from files that are still being written. `passed` are those that went on,
    as hashes of path, size and time: what has changed since is another.
    """

    quiet_seconds: float
    wall_ns: Callable[[], int] = time.time_ns
    steady: Callable[[], float] = time.monotonic
    waiting: dict[Path, Look] = field(default_factory=dict)
    passed: set[int] = field(default_factory=set)

    def is_at_rest(self, found: Found) -> bool:
        """True once for every state of a file; until then it waits."""
        if _mark(found) in self.passed:
            self.waiting.pop(found.path, None)
            return False
        look = self.waiting.get(found.path)
        if look is None:
            is_done = self.wall_ns() - found.mtime_ns >= self.quiet_seconds * 1e9
        else:
            is_same = (look.size_bytes, look.mtime_ns) == (found.size_bytes, found.mtime_ns)
            is_done = is_same and self.steady() - look.since >= self.quiet_seconds
            if is_same and not is_done:
                return False
        if is_done:
            self.waiting.pop(found.path, None)
            self.passed.add(_mark(found))
        else:
            self.waiting[found.path] = Look(found.size_bytes, found.mtime_ns, self.steady())
        return is_done

    def look_again(self) -> Iterator[Found]:
        """Those that have come to rest since; what has gone is forgotten."""
        for path in list(self.waiting):
            found = _look(path)
            if found is None:
                del self.waiting[path]
            elif self.is_at_rest(found):
                yield found

    def forget(self, path: Path) -> None:
        """As if it had never been seen."""
        found = _look(path)
        if found is not None:
            self.passed.discard(_mark(found))


class Inbox:
    """Folders, watched. `rounds` gives what has come to rest, again and again, until `stop`; it is
    a `Listener` too, for what was refused may come again. `poll_seconds` 0 trusts the system to
    tell what moves. `say` hears when it cannot.

    Raises `file_not_found` for a path that is no folder.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        settling: Settling,
        stop: threading.Event,
        say: Callable[[str], None],
        *,
        poll_seconds: float = 0.0,
        follow: bool = False,
        spared: Sequence[Path] = (),
    ) -> None:
        for folder in folders:
            if not folder.is_dir():
                raise PagemillError("file_not_found", f"No such folder to watch: {folder}")
        self._roots = [Path(os.path.realpath(folder)) for folder in folders]
        self._settling = settling
        self._stop = stop
        self._say = say
        self._poll_seconds = poll_seconds
        self._follow = follow
        self._spared = [Path(os.path.realpath(folder)) for folder in spared]
        self._sweep_at = 0.0
        self._has_swept = False

    def hear(self, verdicts: Sequence[Verdict], tally: Tally) -> None:
        del tally
        for verdict in verdicts:
            if verdict.outcome is Outcome.REFUSED and verdict.code in PASSING:
                self._settling.forget(verdict.path)

    def rounds(self) -> Iterator[Iterable[Item]]:
        """Each is to be gone through before the next is asked for."""
        for moved in self._moves():
            if self._stop.is_set():
                return
            yield self._round(moved)

    def _round(self, moved: Sequence[str]) -> Iterator[Item]:
        if time.monotonic() >= self._sweep_at:
            yield from self._sweep()
            return
        yield from self._settling.look_again()
        for text in moved:
            yield from self._moved(Path(text))

    def _sweep(self) -> Iterator[Item]:
        """Everything there is. What is no file is told the first time only."""
        began = time.monotonic()
        settling, before = self._settling, self._settling.passed
        settling.passed = set()
        for item in walk(self._roots, follow=self._follow, spared=self._spared):
            if not isinstance(item, Found):
                if not self._has_swept:
                    yield item
                continue
            if _mark(item) in before:
                settling.passed.add(_mark(item))
            elif settling.is_at_rest(item):
                yield item
        self._has_swept = True
        took = time.monotonic() - began
        pause = self._poll_seconds or SWEEP_SECONDS
        self._sweep_at = time.monotonic() + max(pause, SHARE_OF_SWEEPS * took)

    def _moved(self, path: Path) -> Iterator[Item]:
        """A path of which the system says that something happened to it."""
        if not self._is_below(path):
            return
        if path.is_dir():
            items: Iterable[Item] = walk([path], follow=self._follow, spared=self._spared)
        else:
            found = _look(path)
            items = [] if found is None else [found]
        for item in items:
            if isinstance(item, Found) and self._settling.is_at_rest(item):
                yield item

    def _is_below(self, path: Path) -> bool:
        """Whether a walk would come to it: no hidden name, no link that is not followed."""
        root = next((root for root in self._roots if path.is_relative_to(root)), None)
        if root is None or path == root:
            return False
        if any(map(why_skipped, path.relative_to(root).parts)):
            return False
        if any(path.is_relative_to(folder) for folder in self._spared):
            return False
        return self._follow or Path(os.path.realpath(path.parent)) == path.parent

    def _moves(self) -> Iterator[Sequence[str]]:
        """What has moved since the last time, every now and then nothing. Folders are watched
        before they are walked, so that nothing comes in between.
        """
        failures = 0
        while not self._poll_seconds and not self._stop.is_set():
            try:
                for moved in self._told():
                    failures = 0
                    yield moved
            except (OSError, RuntimeError) as error:
                failures += 1
                self._sweep_at = (
                    0.0  # what it wanted to say is lost, such as a name that is no text
                )
                if isinstance(error, OSError) or failures > MOST_FAILURES:
                    self._poll_from_now_on(error)
                yield ()
        while not self._stop.is_set():
            yield ()
            self._stop.wait(TICK_SECONDS)

    def _poll_from_now_on(self, error: Exception) -> None:
        why = getattr(error, "strerror", None) or str(error)
        self._say(f"The system does not tell what moves ({why}); looking now and then.")
        self._poll_seconds = WITHOUT_WORD_SECONDS

    def _told(self) -> Iterator[Sequence[str]]:
        from watchfiles import watch

        yield from (
            sorted({text for _, text in changes})
            for changes in watch(
                *self._roots,
                watch_filter=None,
                debounce=200,
                rust_timeout=round(1000 * TICK_SECONDS),
                yield_on_timeout=True,
                stop_event=self._stop,
                raise_interrupt=False,
                ignore_permission_denied=True,
            )
        )


def _look(path: Path) -> Found | None:
    """A file that is there and is one."""
    try:
        item = judged(path, path.stat())
    except (OSError, ValueError):
        return None
    return item if isinstance(item, Found) else None


def _mark(found: Found) -> int:
    return hash((os.fsencode(found.path), found.size_bytes, found.mtime_ns))
