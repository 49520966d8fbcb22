"""Which keys are allowed: plain names, so that a key is a path on every disk and in every store."""

import re

MAX_KEY = 512
_NAME = r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}"
_KEY = re.compile(rf"{_NAME}(?:/{_NAME})*")


def checked_key(key: str) -> str:
    """The key itself. No name in it starts with a dot, so none leads out of the shelf.

    Raises ValueError.
    """
    if len(key) > MAX_KEY or not _KEY.fullmatch(key):
        raise ValueError(f"not a key of the shelf: {key[:MAX_KEY]!r}")
    return key


def checked_prefix(prefix: str) -> str:
    """Like `checked_key`; a slash at the end is dropped."""
    return checked_key(prefix.removesuffix("/"))
