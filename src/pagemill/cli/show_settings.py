"""`settings`: every value that would count, and where it comes from."""

from dataclasses import replace
from pathlib import Path

from pagemill.cli.screen import Screen
from pagemill.settings import Sourced, shown, without_meaning


def show_settings(settings: tuple[Sourced, ...], screen: Screen) -> int:
    """Names on stderr, too, variables that are set and change nothing."""
    settings = tuple(replace(s, value=shown(s.name, s.value)) for s in settings)
    if screen.is_json:
        screen.give_json([_as_json(setting) for setting in settings])
    else:
        rows = [(setting.name, _text(setting.value), setting.source) for setting in settings]
        screen.give_table(("setting", "value", "from"), rows)
    for variable, why in without_meaning().items():
        screen.say(f"{variable} changes nothing here. {why}")
    return 0


def _as_json(setting: Sourced) -> dict[str, object]:
    value = str(setting.value) if isinstance(setting.value, Path) else setting.value
    return {"name": setting.name, "value": value, "source": setting.source}


def _text(value: object) -> str:
    return "" if value is None else str(value)
