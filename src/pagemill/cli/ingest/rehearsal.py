"""What an ingest would do: each new file is looked at as far as its kind, and nothing is kept.

Whether its bytes are there already is not found out, as that takes reading all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pagemill.cli.ingest.reading import Examined, examined
from pagemill.cli.ingest.verdicts import Outcome, Verdict, known_verdict
from pagemill.cli.ingest.walk import Found, refused
from pagemill.ports import Source


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """An `Intake` that takes nothing. `known` gives what is known of some files, by their paths'
    keys (`key_of`).
    """

    known: Callable[[Sequence[str]], Mapping[str, Source]]
    key_of: Callable[[Found], str]
    max_bytes: int

    def take(self, batch: Sequence[Found]) -> list[Verdict]:
        keys = [self.key_of(found) for found in batch]
        known = self.known(keys)
        return [
            known_verdict(found, known.get(key)) or self._guess(found)
            for key, found in zip(keys, batch, strict=True)
        ]

    def _guess(self, found: Found) -> Verdict:
        try:
            with examined(found, self.max_bytes) as looked:
                if isinstance(looked, Examined):
                    return Verdict(found.path, Outcome.ACCEPTED)
                why = looked
        except (OSError, ValueError) as error:
            why = refused(found.path, error)
        return Verdict(found.path, Outcome.REFUSED, "", why.code, why.message)
