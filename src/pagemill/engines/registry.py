"""All engines of this process by name: ours, those of plug-ins, and the choice between them.

Engines come from the entry point group `pagemill.engines`: a name and a callable without arguments
that makes a `pagemill.ports.Engine`. Nothing is looked up or made before it is asked for, and no
model is loaded here.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from importlib.metadata import entry_points
from typing import Protocol, runtime_checkable

from pagemill.engines.agreement import compare
from pagemill.engines.coverage import ENOUGH, covered_share
from pagemill.engines.failures import UnreadScript, error_of
from pagemill.engines.modes import PPOCR, TESSERACT, preferred, rerouted
from pagemill.engines.routing import TEXT, Candidate, choose
from pagemill.engines.text_layer import after_look, judge, wants_look
from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.options import AUTO, BEST, ENGINE_ALIASES, Options, fingerprint
from pagemill.model.page import Block, Box, PageFlag, PageText
from pagemill.ports import DocumentPage, Engine, ReadOptions, Route

GROUP = "pagemill.engines"
ROUTING = 3  # part of cache keys: raise it whenever `auto` may choose otherwise

_AFTER_LOOK = "chosen when the page is read: its text layer is compared with the picture"

Factory = Callable[[], Engine]


@runtime_checkable
class NamesPacks(Protocol):
    """An engine that can say what a language lacks. Others get a general answer."""

    def language_failure(self, languages: Sequence[str]) -> Failure: ...


@runtime_checkable
class ListsPacks(Protocol):
    """An engine that can say which languages are installed for it."""

    def languages(self) -> list[str]: ...


@runtime_checkable
class FindsText(Engine, Protocol):
    """An engine that can say where text stands on a page without reading it."""

    def text_boxes(self, page: DocumentPage) -> list[Box]: ...


@runtime_checkable
class Glances(Protocol):
    """An engine that can read some lines of a page, quickly."""

    def glance(self, page: DocumentPage) -> Sequence[Block]: ...


class EngineRegistry:
    """See `pagemill.ports.Engines`. Not thread-safe; every process makes its own.

    `default_ocr` reads what has no good text layer, whatever the mode; if it cannot, or is `auto`,
    the usual engines are tried. `factories` are further engines by name; they win over entry
    points of the same name.
    """

    def __init__(
        self,
        default_ocr: str = AUTO,
        factories: Mapping[str, Factory] | None = None,
        *,
        has_fast_ppocr: bool = True,
    ) -> None:
        self._default = default_ocr
        self._has_fast_ppocr = has_fast_ppocr
        self._given = dict(factories or {})
        self._made: dict[str, Engine] = {}

    def names(self) -> list[str]:
        """Everything a job may ask for, `auto` and aliases included."""
        aliases = {alias for alias, name in ENGINE_ALIASES.items() if name in self._factories}
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

    def route(
        self, page: DocumentPage, asked: str, options: ReadOptions, *, may_look: bool = True
    ) -> Route:
        """Raises `engine_missing`, `language_missing`, and what the page's text layer raises."""
        if asked == AUTO:
            return self._choice(page, options, may_look=may_look)
        name = self._own_name(asked)
        obstacle = self._obstacle(name, options.languages)
        if obstacle is not None:
            raise error_of(obstacle)
        return Route(name, "the engine asked for")

    def reroute(self, error: PagemillError, options: ReadOptions) -> tuple[Route, ReadOptions]:
        """See the port. Only Tesseract can be added letters by installing something."""
        if not isinstance(error, UnreadScript):
            raise error
        tesseract = self.get(TESSERACT)
        route, packs = rerouted(error, _packs(tesseract))
        failure = tesseract.missing()
        if failure is not None:
            raise error_of(failure) from error
        return route, replace(options, languages=packs)

    def checked(self, text: PageText, page: DocumentPage, options: ReadOptions) -> PageText:
        """See the port. Only Tesseract leaves out text and does not know; PP-OCR's detector sees
        it in a tenth of the time, and PP-OCR reads it where `best` was asked for.
        """
        if text.engine != TESSERACT or self._obstacle(PPOCR, ()) is not None:
            return text
        finder = self.get(PPOCR)
        if not isinstance(finder, FindsText):
            return text
        seen = finder.text_boxes(page)
        share = covered_share(seen, _boxes(text))
        if share >= ENOUGH:
            return text
        reason = f"{TESSERACT} read only {round(100 * share)} % of what looks like text"
        if options.mode == BEST and finder.can_read(options.languages):
            again = finder.read(page, options)
            if covered_share(seen, _boxes(again)) > share:
                return replace(again, reason=f"{reason}, so {PPOCR} read it again")
        return replace(text, flags=(*text.flags, PageFlag.LOW_COVERAGE), reason=reason)

    def cache_key(self, asked: str, options: Options) -> str:
        """See the port. For `auto` it also holds which engines can read the languages here, and
        Tesseract with its packs where the letters on the page may bring it into play.
        """
        known: dict[str, object] = {"options": options.reading_key()}
        if asked == AUTO:
            candidates = self._candidates(options.mode, options.languages)
            ready = [candidate.name for candidate in candidates if candidate.obstacle is None]
            known["engines"] = [self._signature(name) for name in (TEXT, *ready)]
            known["routing"] = ROUTING
            if not options.languages:
                known["packs"] = self._packs_signature()
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
        return name if name in self._factories else ENGINE_ALIASES.get(name, name)

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

    def _choice(self, page: DocumentPage, options: ReadOptions, *, may_look: bool) -> Route:
        """A look that fails, or cannot be had here, leaves the layer's own verdict."""
        native = page.native_text()
        verdict = judge(native, options.mode)
        wanted = wants_look(verdict, native, options.mode)
        onlooker = self._onlooker(options.languages) if wanted else None
        if onlooker is not None:
            if not may_look:
                return Route(AUTO, _AFTER_LOOK)
            with suppress(PagemillError):
                verdict = after_look(verdict, compare(native.lines, onlooker.glance(page)))
        candidates = self._candidates(options.mode, options.languages)
        return choose(native, candidates, options.languages, verdict)

    def _onlooker(self, languages: Sequence[str]) -> Glances | None:
        if self._obstacle(PPOCR, languages) is not None:
            return None
        engine = self.get(PPOCR)
        return engine if isinstance(engine, Glances) else None

    def _candidates(self, mode: str, languages: Sequence[str]) -> list[Candidate]:
        usual = preferred(mode, languages, has_fast_ppocr=self._has_fast_ppocr)
        forced = () if self._default == AUTO else (self._own_name(self._default),)
        names = dict.fromkeys((*forced, *usual))
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

    def _packs_signature(self) -> str:
        try:
            return self._signature(TESSERACT)
        except PagemillError:
            return ""

    def _signature(self, name: str) -> str:
        engine = self.get(name)
        return f"{engine.name} {engine.version}"


def _lazily(load: Callable[[], Factory]) -> Factory:
    """A factory that imports its module only when an engine is made."""

    def make() -> Engine:
        return load()()

    return make


def _boxes(text: PageText) -> list[Box]:
    return [block.box for block in text.blocks]


def _packs(engine: Engine) -> list[str]:
    return engine.languages() if isinstance(engine, ListsPacks) else []


def _language_failure(engine: Engine, languages: Sequence[str]) -> Failure:
    if isinstance(engine, NamesPacks):
        return engine.language_failure(languages)
    return Failure(
        "language_missing",
        f"The engine {engine.name} does not read: {', '.join(languages)}",
        "Choose another engine, or auto.",
    )
