"""Settings from every place that can hold one, and an error that names the wrong one."""

from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource

from pagemill.errors import PagemillError
from pagemill.settings.sources import from_ancestors, from_file
from pagemill.settings.table import Settings

DEFAULT, FLAG = "default", "flag"


@dataclass(frozen=True, slots=True)
class Sourced:
    """A setting's value, and where it came from: `default`, the name of the file or of the
    variable, or `flag`.
    """

    name: str
    value: object
    source: str


def load_settings(**flags: object) -> Settings:
    """Settings from every place; flags that are None were not given.

    Raises `invalid_options` naming the setting that is wrong, and where that value stands.
    """
    given = _given(flags)
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise _refusal(name, first["msg"], _places(given).get(name, DEFAULT)) from None


def sources_of(**flags: object) -> tuple[Sourced, ...]:
    """Every setting as `load_settings` gives it, with where it came from. Raises the same."""
    settings = load_settings(**flags)
    places = _places(_given(flags))
    return tuple(
        Sourced(name, getattr(settings, name), places.get(name, DEFAULT))
        for name in Settings.model_fields
    )


def sources_in(settings: Settings) -> tuple[Sourced, ...]:
    """Every setting of those that were loaded, with where it came from. What stands nowhere else
    came with a flag; where a place cannot be read any more, so does what is not the default.
    """
    try:
        known = {one.name: one for one in sources_of()}
    except PagemillError:
        known = {
            name: Sourced(name, field.default, DEFAULT)
            for name, field in Settings.model_fields.items()
        }
    values = {name: getattr(settings, name) for name in Settings.model_fields}
    return tuple(
        known[name] if known[name].value == value else Sourced(name, value, FLAG)
        for name, value in values.items()
    )


def is_given(name: str) -> bool:
    """Whether a setting comes from anywhere but the defaults."""
    return name in _places({})


def variable_of(name: str) -> str:
    """The variable of our own that holds a setting."""
    return f"PAGEMILL_{name.upper()}"


def _given(flags: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in flags.items() if value is not None}


def _places(flags: dict[str, object]) -> dict[str, str]:
    """Of each setting that was given anywhere, where the value that counts stands."""
    outside = from_file(Settings.model_fields) | from_ancestors()
    return (
        {name: given.place for name, given in outside.items()}
        | {name: variable_of(name) for name in EnvSettingsSource(Settings)()}
        | dict.fromkeys(flags, FLAG)
    )


def _refusal(name: str, cause: str, place: str) -> PagemillError:
    ours = variable_of(name)
    hint = "Correct it." if place in (FLAG, ours) else f"Correct it, or set {ours}, which beats it."
    return PagemillError("invalid_options", f"Setting {name} ({place}): {cause}", hint)
