"""`pagemill serve`: API, web page and the local node in one, from the first signal to the last.

The node runs as a process of its own and is started first: it opens its models while this process
still imports the web side.
"""

import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from types import FrameType
from typing import TYPE_CHECKING

from pagemill.app.addresses import is_loopback
from pagemill.app.clock import SystemClock
from pagemill.app.keeper import NodeKeeper
from pagemill.app.logs import logs_of
from pagemill.errors import PagemillError
from pagemill.settings import Settings

if TYPE_CHECKING:
    from pagemill.app.web_server import WebServer

BACKLOG = 2048


def serve(settings: Settings, *, insecure: bool = False) -> int:
    """Runs until SIGTERM or SIGINT, then ends live streams, lets requests and pages in work finish
    and returns 0. Prints one line when it is ready.

    Raises `insecure_bind`, `address_in_use`, and what the node and the house raise when opened.
    """
    is_open = is_open_house(settings, insecure=insecure)
    logs_of(settings)
    with ExitStack() as stack:
        stop = stack.enter_context(Stop())
        listener = stack.enter_context(listen(settings.host, settings.port))
        start_node(settings, stack)
        server = _open(settings, listener, stack, is_open=is_open)
        stop.on_signal(server.stop)
        server.run(sockets=[listener])
    return 0


def is_open_house(settings: Settings, *, insecure: bool) -> bool:
    """Whether the server answers people without tokens: on loopback unless tokens are required, and
    elsewhere only if told so. Raises `insecure_bind` where nobody could come in with a token.
    """
    if insecure:
        return True
    if is_loopback(settings.host):
        return not settings.require_tokens
    if not _has_tokens(settings):
        raise PagemillError("insecure_bind", f"{settings.host} can be reached from other machines")
    return False


def _has_tokens(settings: Settings) -> bool:
    from pagemill.app.ledgers import is_ledger_there, open_settings_ledger  # noqa: PLC0415

    if not is_ledger_there(settings):
        return False
    with closing(open_settings_ledger(settings, SystemClock(), durable=False)) as ledger:
        return ledger.people.has_tokens()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises `address_in_use`, `invalid_options`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, because asyncio turns Nagle's algorithm off for such sockets only: with it on,
    # an answer in two writes waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except socket.gaierror as error:
        listener.close()
        raise PagemillError("invalid_options", f"There is no host '{host}': {error}") from None
    except OSError as error:
        listener.close()
        raise PagemillError("address_in_use", f"{host}:{port}: {error.strerror}") from None
    return listener


def address_of(host: str, listener: socket.socket) -> str:
    """What to type into a browser."""
    port = listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Stop:
    """Remembers a stop signal from the first moment on, and passes it to whoever can act on it."""

    def __init__(self) -> None:
        self._is_asked = False
        self._act: Callable[[], None] | None = None

    def __enter__(self) -> "Stop":
        self._before = {
            number: signal.signal(number, self._asked) for number in (signal.SIGTERM, signal.SIGINT)
        }
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def on_signal(self, act: Callable[[], None]) -> None:
        self._act = act
        if self._is_asked:
            act()

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self._is_asked = True
        if self._act is not None:
            self._act()


def start_node(settings: Settings, stack: ExitStack) -> None:
    """With no workers asked for there is no node: jobs wait for one that is started elsewhere."""
    if settings.workers:
        keeper = NodeKeeper(settings)
        keeper.start()
        stack.callback(keeper.stop)


def _open(
    settings: Settings, listener: socket.socket, stack: ExitStack, *, is_open: bool
) -> "WebServer":
    # Imported here, so that the node starts meanwhile.
    from pagemill.app.house import open_house  # noqa: PLC0415
    from pagemill.app.web_server import WebServer, web_of  # noqa: PLC0415

    house = open_house(settings)
    stack.callback(house.close)
    address = address_of(settings.host, listener)
    return WebServer(
        web_of(house, is_open=is_open),
        lambda: _announce(address),
        header_seconds=settings.header_seconds,
    )


def _announce(address: str) -> None:
    sys.stdout.write(f"Pagemill listens on {address}\n")
    sys.stdout.flush()
