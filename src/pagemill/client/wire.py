"""From plans to httpx2 and back: what both clients share of the wire."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2

from pagemill.client.plans import Call, Lost, Reply
from pagemill.errors import PagemillError

DEFAULT_URL = "http://127.0.0.1:8000"
# A long poll lasts 30 seconds and a silent stream shows signs of life every 15.
TIMEOUT = httpx2.Timeout(30.0, read=75.0)
LIMITS = httpx2.Limits(max_connections=None, max_keepalive_connections=50)


def headers_of(token: str) -> dict[str, str]:
    """What goes with every request. Raises `token_invalid` for what no header can hold."""
    if not token:
        return {}
    if not token.isascii() or not token.isprintable() or " " in token:
        raise PagemillError("token_invalid", "The token holds a character that no token has")
    return {"Authorization": f"Bearer {token}"}


def request_of(call: Call, stack: ExitStack) -> dict[str, Any]:
    """Arguments for httpx2. A file is opened anew for every try, and closed by `stack`.
    Raises `file_not_found`.
    """
    arguments: dict[str, Any] = {
        "method": call.method,
        "url": call.path,
        "params": dict(call.query),
        "headers": dict(call.headers),
    }
    if call.json is not None:
        arguments["json"] = call.json
    if call.file is not None:
        arguments["data"] = dict(call.fields)
        arguments["files"] = {"file": (call.filename, _opened(call.file, stack))}
    return arguments


def reply_of(response: httpx2.Response) -> Reply:
    """The response must have been read."""
    return Reply(response.status_code, response.headers, response.content)


def lost(error: httpx2.TransportError) -> Lost:
    return Lost(str(error) or type(error).__name__)


def is_good(response: httpx2.Response) -> bool:
    return response.status_code < httpx2.codes.BAD_REQUEST


def _opened(source: Path | bytes, stack: ExitStack) -> Any:  # noqa: ANN401  whatever httpx2 takes as a file
    if isinstance(source, bytes):
        return source
    try:
        return stack.enter_context(source.open("rb"))
    except OSError as error:
        raise PagemillError("file_not_found", f"{source}: {error.strerror}") from None
