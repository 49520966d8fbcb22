"""A name for every request, which its answer and all log lines about it bear."""

import re
import secrets

import structlog
from starlette.datastructures import Headers
from starlette.types import Scope

HEADER = "X-Request-Id"
_NAME = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def name_request(scope: Scope) -> str:
    """What the sender called it, if that is a decent name, else one of ours. From here on, log
    lines of whatever runs for this request have it as `request`.
    """
    asked = Headers(scope=scope).get(HEADER, "")
    name = asked if _NAME.fullmatch(asked) else secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=name)
    return name


def name_user(user_id: str) -> None:
    """Log lines of this request have it as `user`."""
    structlog.contextvars.bind_contextvars(user=user_id)
