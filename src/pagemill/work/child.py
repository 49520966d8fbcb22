"""The loop inside a child process: take an order, carry it out, answer."""

import ctypes
import os
import resource
import signal
from collections.abc import Callable

from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.task import Work
from pagemill.ports import Picture, Tools
from pagemill.work.lectern import Lectern
from pagemill.work.steps import perform
from pagemill.work.wire import Channel, Draw, Drawn, Finished, Ready, Started, Trouble

_PR_SET_PDEATHSIG = 1
_TROUBLE_LETTERS = 20_000

Jpeg = Callable[[Picture], bytes]


def die_with_parent(parent_pid: int) -> None:
    """The kernel kills this process when the thread that started it ends (prctl(2),
    PR_SET_PDEATHSIG). The parent may have died before the call, hence the second look.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        os._exit(1)


def leave_signals_to_parent() -> None:
    """Ctrl-C reaches the whole terminal; only the agent decides when a child ends."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def fence_memory(limit_bytes: int) -> None:
    """A fence for allocations so large that the parent's watch on RSS would come too late: they
    fail with MemoryError. RLIMIT_DATA counts private writable memory only (getrlimit(2), Linux
    4.7), so big read-only mappings of models and libraries do not trip it, as RLIMIT_AS would.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (limit_bytes, limit_bytes))


def serve(channel: Channel, tools: Tools, jpeg: Jpeg) -> None:
    """Works until the parent closes its end. Raises OSError if the parent vanished."""
    lectern = Lectern(tools)
    channel.send(Ready())
    while (order := channel.receive()) is not None:
        match order:
            case Work():
                _work(order, channel, tools, lectern)
            case Draw():
                channel.send(_draw(order, lectern, jpeg))
            case _:
                raise TypeError(f"no order for a child: {type(order).__name__}")


def _work(work: Work, channel: Channel, tools: Tools, lectern: Lectern) -> None:
    channel.send(Started(work.task_id))
    done = perform(work, tools, lectern)
    if done.trouble:
        channel.send(Trouble(work.task_id, done.trouble[-_TROUBLE_LETTERS:]))
    channel.send(Finished.of(work.task_id, done.outcome))


def _draw(order: Draw, lectern: Lectern, jpeg: Jpeg) -> Drawn:
    try:
        page = lectern.open_document(order.document, order.password).page(order.page_no)
        return Drawn(jpeg(page.render(order.dpi)))
    except PagemillError as error:
        lectern.close()
        return Drawn(failure=Failure.of(error))
    except Exception as error:  # noqa: BLE001  parsers raise anything; the page alone suffers
        lectern.close()
        return Drawn(failure=Failure.of(PagemillError("page_unrenderable", str(error))))
