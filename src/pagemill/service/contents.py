"""Which documents somebody has sent before, so that they need not be sent again."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pagemill.errors import PagemillError
from pagemill.model.options import fingerprint, parse_options
from pagemill.model.people import Caller
from pagemill.service.desk import Service

MOST_CONTENTS = 1000
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Known:
    """Job ids by the SHA-256 of their documents. `options` is the short name of the options, with
    which `ingest_key` makes keys; `place` names this user's jobs in this ledger, for whoever
    remembers what was sent here.
    """

    place: str
    options: str
    jobs: Mapping[str, str]


def known_contents(
    service: Service, contents: Sequence[str], options: Mapping[str, object], who: Caller
) -> Known:
    """What the caller had taken in of it with these options. Raises `invalid_options`,
    `invalid_request`.
    """
    if len(contents) > MOST_CONTENTS or not all(map(_SHA256.fullmatch, contents)):
        raise PagemillError(
            "invalid_request",
            "`contents` is no list of SHA-256 digests",
            f"At most {MOST_CONTENTS} at once, each of 64 hexadecimal digits in small letters.",
        )
    name = options_name(service, options)
    ledger = service.ledger.contents
    found = ledger.jobs_of_keys(who.id, [ingest_key(sha256, name) for sha256 in contents])
    jobs = {sha256: found[key] for sha256 in contents if (key := ingest_key(sha256, name)) in found}
    place = fingerprint({"ledger": ledger.ledger_id(), "user": who.id})
    return Known(place, name, jobs)


def options_name(service: Service, options: Mapping[str, object]) -> str:
    """Equal for options that ask for the same. Raises `invalid_options`."""
    asked = {"outputs": service.default_outputs, **options}
    return fingerprint(parse_options(asked, service.choices).as_dict())


def ingest_key(sha256: str, options: str) -> str:
    """The idempotency key under which a file of a folder has one job and no more."""
    return f"ingest:{sha256}:{options}"
