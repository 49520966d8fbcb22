"""Every knob of the program, and where its value comes from. The only reader of the environment.

Strength, weakest first: defaults, `PAGEMILL_<NAME>` in the environment, flags of a command.
"""

from pagemill.settings.loading import load_settings
from pagemill.settings.table import MB, Settings

__all__ = ["MB", "Settings", "load_settings"]
