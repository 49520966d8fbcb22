"""Settings from every place that can hold one, or an error that names the wrong one."""

from pydantic import ValidationError

from pagemill.errors import PagemillError
from pagemill.settings.table import Settings


def load_settings(**flags: object) -> Settings:
    """Settings from defaults, environment and flags; flags that are None were not given.

    Raises `invalid_options` naming the setting that is wrong.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise PagemillError(
            "invalid_options",
            f"Setting {name}: {first['msg']}",
            f"Set PAGEMILL_{name.upper()} or its flag.",
        ) from None
