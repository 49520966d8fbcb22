"""`--monitor`: how the jobs go on while files are taken in, and after it until nothing is left."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from pagemill.cli.ingest.board import Board
from pagemill.cli.ingest.standing import Lookout, Standing
from pagemill.errors import EXIT_FAILED, PagemillError

LOOK_SECONDS = 1.0
EXIT_INTERRUPTED = 130
LOOK_AGAIN = (
    "pagemill: Left; the jobs go on. The same command with --monitor, or `pagemill queue stats`,"
    " shows them again."
)
SOMETHING_FAILED = (
    "pagemill: Something could not be read: `pagemill queue dead` lists it with the reasons."
)


@dataclass(slots=True)
class Monitor:
    """Looks at the jobs every second and tells the board. Trouble with looking ends nothing: it is
    shown, and looking goes on.
    """

    lookout: Lookout
    board: Board
    stop: threading.Event
    failed_before: int | None = None

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Looks on a thread of its own while the block takes files in."""
        self.look()
        done = threading.Event()

        def keep_looking() -> None:
            with suppress(PagemillError):  # what will not pass is raised when the block has ended
                while not done.wait(LOOK_SECONDS):
                    self.look()

        thread = threading.Thread(target=keep_looking, name="monitor", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def follow(self) -> int:
        """Until no job is left to be worked at, or `stop`; 1 if something failed meanwhile."""
        while True:
            standing = self.look()
            if standing is not None and standing.is_over:
                if standing.failed <= (self.failed_before or 0):
                    return 0
                self.board.screen.fail(SOMETHING_FAILED)
                return EXIT_FAILED
            if self.stop.wait(LOOK_SECONDS):
                self.board.screen.fail(LOOK_AGAIN)
                return EXIT_INTERRUPTED

    def look(self) -> Standing | None:
        try:
            standing = self.lookout.look()
        except PagemillError as error:
            if not error.kind.is_retryable:
                raise
            self.board.announce(f"{error.kind.title}: looking again", "monitor")
            return None
        if self.failed_before is None:
            self.failed_before = standing.failed
        self.board.announce("", "monitor")
        self.board.stand(standing)
        return standing
