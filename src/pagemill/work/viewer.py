"""Pictures of pages for people, drawn by a child so that no parser runs in the web process."""

import queue
import selectors
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass

import msgspec
import structlog

from pagemill.errors import PagemillError
from pagemill.model.document import Document
from pagemill.ports import Clock
from pagemill.work.process import ChildProcess
from pagemill.work.spec import ChildSpec
from pagemill.work.wire import Draw, Drawn, Message

IDLE_SECONDS = 300.0
WAITING_MOST = 64
_LINE_LETTERS = 500


@dataclass(frozen=True, slots=True)
class _Order:
    draw: Draw
    until: float  # monotonic
    answer: "Future[bytes]"


class ChildViewer:
    """Implements `ports.Viewer`. The child is started with the first picture and ended when none
    was wanted for a while, when a picture takes too long, and by `close`.

    One thread of its own starts and speaks to the child: the child dies with the thread that
    started it, so that must not be a thread of somebody's pool.
    """

    def __init__(
        self, make_spec: Callable[[], ChildSpec], timeout_seconds: float, clock: Clock
    ) -> None:
        self._make_spec = make_spec
        self._timeout = timeout_seconds
        self._clock = clock
        self._orders: queue.Queue[_Order | None] = queue.Queue(WAITING_MOST)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_closed = False
        self._log = structlog.get_logger()

    def jpeg(self, document: Document, page_no: int, dpi: int, password: str = "") -> bytes:
        """Thread-safe; pictures are drawn one after the other. Raises `page_unrenderable`,
        `page_timeout`, `password_required` and what else opening raises.
        """
        until = self._clock.monotonic() + self._timeout
        order = _Order(Draw(document, page_no, dpi, password), until, Future())
        with self._lock:
            if self._is_closed:
                raise PagemillError("page_unrenderable", "The program is stopping")
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="viewer", daemon=True)
                self._thread.start()
            try:
                self._orders.put_nowait(order)
            except queue.Full:
                raise self._too_late() from None
        return order.answer.result()

    def close(self) -> None:
        """Ends the child once the pictures asked for so far are drawn."""
        with self._lock:
            self._is_closed = True
        if self._thread is not None:
            self._orders.put(None)
            self._thread.join()

    def _serve(self) -> None:
        child: _DrawingChild | None = None
        while True:
            try:
                order = self._orders.get(timeout=IDLE_SECONDS if child else None)
            except queue.Empty:
                order = None
            if child is not None and child.process.is_gone():
                child.end()
                child = None
            if order is not None:
                child = child or _DrawingChild(self._make_spec())
                self._answer(order, child)
            if child is not None and (order is None or not child.is_well):
                child.end()
                child = None
            if order is None and self._is_closed:
                return

    def _answer(self, order: _Order, child: "_DrawingChild") -> None:
        try:
            order.answer.set_result(self._draw(order, child))
        except PagemillError as error:
            order.answer.set_exception(error)
        except Exception as error:  # noqa: BLE001  told to the one who asked; the thread goes on
            child.is_well = False
            order.answer.set_exception(error)

    def _draw(self, order: _Order, child: "_DrawingChild") -> bytes:
        if self._clock.monotonic() >= order.until:
            raise self._too_late()
        child.process.send(order.draw)
        while (left := order.until - self._clock.monotonic()) > 0:
            for message in child.wait(left):
                match message:
                    case Drawn(jpeg, None):
                        return jpeg
                    case Drawn(_, failure) if failure is not None:
                        raise PagemillError(failure.code, failure.message, failure.hint)
            if not child.is_well:
                how = child.process.how_it_ended()
                raise PagemillError("page_unrenderable", f"The process that draws it died: {how}")
        child.is_well = False
        raise self._too_late()

    def _too_late(self) -> PagemillError:
        return PagemillError(
            "page_timeout", f"The picture was not drawn within {self._timeout:g} seconds"
        )


class _DrawingChild:
    """`is_well` turns false when it must be replaced."""

    def __init__(self, spec: ChildSpec) -> None:
        self.process = ChildProcess(spec)
        self.is_well = True
        self._log = structlog.get_logger()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self.process.fd, selectors.EVENT_READ)
        self._selector.register(self.process.output_fd, selectors.EVENT_READ)

    def wait(self, seconds: float) -> list[Message]:
        """What it says within `seconds`; nothing if only its libraries spoke or it died."""
        for key, _ in self._selector.select(seconds):
            if key.fd == self.process.output_fd:
                self._print()
                continue
            try:
                messages, self.is_well = self.process.receive()
            except (msgspec.DecodeError, KeyError):
                messages, self.is_well = [], False
            return messages
        return []

    def end(self) -> None:
        self.process.kill()
        self.process.reap()
        self._selector.close()
        self.process.close()

    def _print(self) -> None:
        printed = self.process.printed()
        if printed is None:
            with suppress(KeyError):
                self._selector.unregister(self.process.output_fd)
            return
        line = printed[:_LINE_LETTERS].decode(errors="replace")
        self._log.info("viewer_output", pid=self.process.pid, line=line)
