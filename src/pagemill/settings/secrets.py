"""Settings that hold a secret, as they may be shown."""

import re
from urllib.parse import SplitResult, urlsplit

HIDDEN = "(hidden)"


def shown(name: str, value: object) -> object:
    """A setting's value without what nobody else may read."""
    if name == "token" and value:
        return HIDDEN
    return without_password(str(value)) if name == "ledger" else value


def without_password(url: str) -> str:
    """`postgresql://user:secret@host/name?password=secret` without either."""
    try:
        parts = urlsplit(url)
        place = _place(parts)
    except ValueError:
        return HIDDEN
    query = re.sub(r"(?i)((?:^|&)[^=&]*password=)[^&]*", r"\1***", parts.query)
    return f"{parts.scheme}://{place}{parts.path}{f'?{query}' if query else ''}" if url else ""


def _place(parts: SplitResult) -> str:
    """A password may hold an @ that nobody wrote as %40: the last one counts."""
    who, at, host = parts.netloc.rpartition("@")
    user, colon, _ = who.partition(":")
    return f"{user}{':***' if colon else ''}{at}{host}"
