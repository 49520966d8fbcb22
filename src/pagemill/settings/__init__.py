"""Every knob of the program, and where its value comes from. The only reader of the environment.

Strength, weakest first: defaults, the file `pagemill.toml`, variables of other systems (`ALIASES`),
`PAGEMILL_<NAME>` in the environment, flags of a command.
"""

from pagemill.settings.aliases import ALIASES, WITHOUT_MEANING, Alias
from pagemill.settings.loading import (
    Sourced,
    is_given,
    load_settings,
    sources_in,
    sources_of,
    variable_of,
)
from pagemill.settings.secrets import shown, without_password
from pagemill.settings.sources import CONFIG_FILE, CONFIG_VARIABLE, without_meaning
from pagemill.settings.table import MB, Settings

__all__ = [
    "ALIASES",
    "CONFIG_FILE",
    "CONFIG_VARIABLE",
    "MB",
    "WITHOUT_MEANING",
    "Alias",
    "Settings",
    "Sourced",
    "is_given",
    "load_settings",
    "shown",
    "sources_in",
    "sources_of",
    "variable_of",
    "without_meaning",
    "without_password",
]
