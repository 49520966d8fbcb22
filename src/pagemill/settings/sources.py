"""Places outside the program that hold settings: the file, and variables of other systems.

The `PAGEMILL_` variables are not here: pydantic reads those.
"""

import os
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pagemill.errors import PagemillError
from pagemill.settings.aliases import ALIASES, WITHOUT_MEANING

CONFIG_FILE = Path("pagemill.toml")
CONFIG_VARIABLE = "PAGEMILL_CONFIG"


@dataclass(frozen=True, slots=True)
class Given:
    """A value as it was found, not yet checked. `place`: the file or variable that holds it."""

    value: object
    place: str


def from_file(known: Iterable[str]) -> dict[str, Given]:
    """Settings by name, from the file that `PAGEMILL_CONFIG` names, or else from `pagemill.toml`
    in the current folder if there is one.

    Raises `invalid_options` for a file that cannot be read or holds a name that is not known.
    """
    named = os.environ.get(CONFIG_VARIABLE, "")
    if not named and not CONFIG_FILE.exists():
        return {}
    path = Path(named or CONFIG_FILE)
    values = _parsed(path, _content(path))
    names = tuple(known)
    for key in values:
        if key not in names:
            raise _unknown(path, key, names)
    return {name: Given(value, str(path)) for name, value in values.items()}


def from_ancestors() -> dict[str, Given]:
    """Settings by name, from variables of other systems; one that is empty is not set."""
    found: dict[str, Given] = {}
    for alias in ALIASES:
        if value := os.environ.get(alias.variable, ""):
            found.setdefault(alias.setting, Given(value, alias.variable))
    return found


def without_meaning() -> dict[str, str]:
    """Variables that are set and change nothing, with the reason."""
    return {name: why for name, why in WITHOUT_MEANING.items() if os.environ.get(name)}


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        cause = "not UTF-8 text"
    except OSError as error:
        cause = error.strerror or str(error)
    hint = f"Correct {CONFIG_VARIABLE}." if os.environ.get(CONFIG_VARIABLE) else "Correct the file."
    raise PagemillError("invalid_options", f"Settings file {path}: {cause}", hint)


def _parsed(path: Path, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except ValueError as error:
        cause, line = _cause_and_line(str(error), text)
    raise PagemillError(
        "invalid_options",
        f"Settings file {path}, line {line}: {cause}",
        "Lines look like `workers = 4`; texts stand in quotation marks.",
    )


def _cause_and_line(message: str, text: str) -> tuple[str, int]:
    """What tomllib says, without the place that it adds in brackets."""
    found = re.fullmatch(r"(.*?) \(at (?:line (\d+), column \d+|end of document)\)", message)
    cause, line = found.groups() if found else (message, None)
    return cause, int(line) if line else max(1, len(text.splitlines()))


def _unknown(path: Path, key: str, known: tuple[str, ...]) -> PagemillError:
    meant = _nearest(key, known)
    return PagemillError(
        "invalid_options",
        f"Settings file {path}: there is no setting {key!r}",
        f"The nearest is `{meant}`." if meant else "`pagemill settings`, without it, lists all.",
    )


def _nearest(key: str, known: tuple[str, ...]) -> str:
    """The setting that was probably meant, or the empty text."""
    for alias in ALIASES:
        if key.upper() == alias.variable:
            return alias.setting
    plain = key.lower().replace("-", "_").removeprefix("pagemill_")
    return next(iter(get_close_matches(plain, known, n=1)), "")
