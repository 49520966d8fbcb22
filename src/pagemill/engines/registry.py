"""All engines of this process by name: ours, those of plug-ins, and the choice between them.

Engines come from the entry point group `pagemill.engines`: a name and a callable without arguments
that makes a `pagemill.ports.Engine`. Nothing is looked up or made before it is asked for, and no
model is loaded here.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from importlib.metadata import entry_points
from typing import Protocol, runtime_checkable

from pagemill.engines.failures import error_of
from pagemill.engines.routing import TEXT, Candidate, choose
from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.options import AUTO, Options, fingerprint
from pagemill.ports import DocumentPage, Engine, ReadOptions, Route

GROUP = "pagemill.engines"
ALIASES = {"rapidocr": "ppocr"}
FALLBACKS = ("ppocr", "tesseract")
ROUTING = 2  # part of cache keys: raise it whenever `auto` may choose otherwise

Factory = Callable[[], Engine]


@runtime_checkable
class NamesPacks(Protocol):
    """An engine that can say what a language lacks. Others get a general answer."""

    def language_failure(self, languages: Sequence[str]) -> Failure: ...


class EngineRegistry:
    """See `pagemill.ports.Engines`. Not thread-safe; every process makes its own.

    `default_ocr` reads what has no good text layer; if it cannot, the usual engines are tried.
    `factories` are further engines by name; they win over entry points of the same name.
    """

    def __init__(
        self, default_ocr: str = "ppocr", factories: Mapping[str, Factory] | None = None
    ) -> None:
        self._default = default_ocr
        self._given = dict(factories or {})
        self._made: dict[str, Engine] = {}

    def names(self) -> list[str]:
        """Everything a job may ask for, `auto` and aliases included."""
        aliases = {alias for alias, name in ALIASES.items() if name in self._factories}
        return sorted({AUTO, *aliases, *self._factories})

    def get(self, name: str) -> Engine:
        """By name or alias; the same object every time. Raises `engine_missing`."""
        own = self._own_name(name)
        if own not in self._made:
            self._made[own] = self._make(own)
        return self._made[own]

    def installed(self) -> list[Engine]:
        """Those whose `missing()` is None; a plug-in that cannot be made counts as missing."""
        found = []
        for name in sorted(self._factories):
            try:
                engine = self.get(name)
            except PagemillError:
                continue
            if engine.missing() is None:
                found.append(engine)
        return found

    def route(self, page: DocumentPage, asked: str, options: ReadOptions) -> Route:
        """Raises `engine_missing`, `language_missing`, and what the page's text layer raises."""
        if asked == AUTO:
            candidates = self._candidates(options.languages)
            return choose(page.native_text(), candidates, options.languages)
        name = self._own_name(asked)
        obstacle = self._obstacle(name, options.languages)
        if obstacle is not None:
            raise error_of(obstacle)
        return Route(name, "the engine asked for")

    def cache_key(self, asked: str, options: Options) -> str:
        """See the port. For `auto` it also holds which engines can read the languages here."""
        known: dict[str, object] = {"options": options.reading_key()}
        if asked == AUTO:
            candidates = self._candidates(options.languages)
            ready = [candidate.name for candidate in candidates if candidate.obstacle is None]
            known["engines"] = [self._signature(name) for name in (TEXT, *ready)]
            known["routing"] = ROUTING
        else:
            known["engines"] = [self._signature(self._own_name(asked))]
        return fingerprint(known)

    @cached_property
    def _factories(self) -> dict[str, Factory]:
        found: dict[str, Factory] = {
            point.name: _lazily(point.load) for point in entry_points(group=GROUP)
        }
        return found | self._given

    def _own_name(self, name: str) -> str:
        return name if name in self._factories else ALIASES.get(name, name)

    def _make(self, name: str) -> Engine:
        try:
            factory = self._factories[name]
        except KeyError:
            raise PagemillError(
                "engine_missing",
                f"There is no engine '{name[:40]}'",
                f"Engines are: {', '.join(self.names())}.",
            ) from None
        try:
            return factory()
        except Exception as error:
            # A plug-in may fail in any way; the house must stand without it.
            raise PagemillError(
                "engine_missing",
                f"The engine '{name}' cannot be made: {type(error).__name__}: {error}",
                "Install or repair its package; `pagemill doctor` tells what is missing.",
            ) from error

    def _candidates(self, languages: Sequence[str]) -> list[Candidate]:
        names = dict.fromkeys(self._own_name(name) for name in (self._default, *FALLBACKS))
        return [Candidate(name, self._obstacle(name, languages)) for name in names]

    def _obstacle(self, name: str, languages: Sequence[str]) -> Failure | None:
        """Why this engine cannot read these languages here; None if it can."""
        try:
            engine = self.get(name)
        except PagemillError as error:
            return Failure.of(error)
        if languages and not engine.can_read(languages):
            return _language_failure(engine, languages)
        return engine.missing()

    def _signature(self, name: str) -> str:
        engine = self.get(name)
        return f"{engine.name} {engine.version}"


def _lazily(load: Callable[[], Factory]) -> Factory:
    """A factory that imports its module only when an engine is made."""

    def make() -> Engine:
        return load()()

    return make


def _language_failure(engine: Engine, languages: Sequence[str]) -> Failure:
    if isinstance(engine, NamesPacks):
        return engine.language_failure(languages)
    return Failure(
        "language_missing",
        f"The engine {engine.name} does not read: {', '.join(languages)}",
        "Choose another engine, or auto.",
    )
