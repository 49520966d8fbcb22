"""What PostgreSQL and the way to it say, in the words of the house."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from pagemill.errors import PagemillError

# SQLSTATE, or its class: PostgreSQL 15 documentation, appendix A.
_FULL = {"53100"}
# 0A000: the table of a prepared statement has changed; another connection prepares it anew.
_BUSY = {"08", "40", "53", "57", "55P03", "25P02", "25P03", "25P04", "0A000"}
_UNUSABLE = {"28", "3D", "58", "F0", "XX", "42501", "25006"}
_FORM = "postgresql://user@host:5432/database"
# A connection that is refused has no SQLSTATE, only words; what is not known here may pass.
_REFUSED = {
    r"password authentication failed|no password supplied|authentication failed": (
        "Set the user and password of the setting `ledger` (PAGEMILL_LEDGER), or use ~/.pgpass."
    ),
    r"database \".*\" does not exist": (
        "Make it first (`createdb`), or change the name in the setting `ledger`."
    ),
    r"role \".*\" does not exist": "Make that user first (`createuser`), or name another.",
    r"no pg_hba\.conf entry|not permitted to log in|permission denied": (
        "Let this machine and user in (pg_hba.conf, GRANT CONNECT)."
    ),
    r"does not support SSL|SSL error|certificate": "Check `sslmode` in the setting `ledger`.",
    r"invalid .* value|unsupported frontend protocol": f"Check the setting `ledger`: {_FORM}",
}


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Turns what PostgreSQL says of the world into `ledger_busy`, `disk_full` or `ledger_unusable`.
    What it says of our own statements is a mistake of ours and passes.
    """
    try:
        yield
    except psycopg.Error as error:
        meant = _meaning(error, url)
        if meant is None:
            raise
        raise meant from error


def parts_of(url: str) -> dict[str, Any]:
    """What the address says. Raises `ledger_unusable`, whose words leave it out: it may hold a
    password.
    """
    try:
        parts = dict(conninfo_to_dict(url))
    except psycopg.Error:
        parts = {"host": "@"}
    if "@" in str(parts.get("host")):
        raise PagemillError(
            "ledger_unusable",
            "The setting `ledger` is no address",
            f"Write it as {_FORM}, and an @ or / in a password as %40 or %2F.",
        )
    return parts


def place_of(url: str) -> str:
    """Where the database is, without user and password: for people and logs."""
    parts = parts_of(url)
    host, name = parts.get("host") or "localhost", parts.get("dbname") or ""
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"PostgreSQL {host}{port}/{name}"


def _meaning(error: psycopg.Error, url: str) -> PagemillError | None:
    state, why = error.sqlstate, _words(error)
    if state is None:
        return _of_connection(error, url, why)
    marks = {state, state[:2]}
    if marks & _FULL:
        return PagemillError("disk_full", f"{place_of(url)} has no space left")
    if marks & _BUSY:
        return PagemillError("ledger_busy", f"{place_of(url)}: {why}")
    if marks & _UNUSABLE:
        return PagemillError("ledger_unusable", f"{place_of(url)}: {why}")
    return None


def _of_connection(error: psycopg.Error, url: str, why: str) -> PagemillError | None:
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return None
    for pattern, hint in _REFUSED.items():
        if re.search(pattern, why, re.IGNORECASE):
            return PagemillError("ledger_unusable", f"{place_of(url)}: {why}", hint)
    return PagemillError("ledger_busy", f"{place_of(url)}: {why}")


def _words(error: psycopg.Error) -> str:
    """In one line, short enough for a person; the server never says a password."""
    return " ".join(str(error.diag.message_primary or error).split())[:300]
