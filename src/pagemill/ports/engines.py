"""What reads a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.options import BALANCED, Options
from pagemill.model.page import Box, PageText, Region
from pagemill.ports.documents import DocumentPage


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What an engine may take into account. `dpi` 0: the engine's own policy. `mode` is one of
    `model.options.MODES`.
    """

    languages: tuple[str, ...] = ()
    dpi: int = 0
    mode: str = BALANCED


class Engine(Protocol):
    """Reads a page. Made cheaply in any process (no model is loaded before `load`); `load` and
    `read` run in a child process, on its only thread, one page at a time; time and memory are
    limited by the child's parent, which kills it. Registered under the entry point group
    `pagemill.engines` as a callable without arguments.

    `version` names code and models; page texts of equal name, version and options are reused.
    `needs_picture` says that the page will be rendered. Failures: raise `PagemillError` with
    `page_unrenderable` or `language_missing` (the page is given up), `engine_away` (the pool
    rests) or anything else (`engine_failed`, tried again). Boxes are points of the upright page.
    """

    name: str
    version: str
    needs_picture: bool

    def missing(self) -> Failure | None:
        """Why it cannot run here, with what to install; None if it can. Cheap."""
        ...

    def can_read(self, languages: Sequence[str]) -> bool:
        """Whether it reads these ISO 639 codes here; true for none."""
        ...

    def load(self) -> None:
        """Loads models; called once before the first `read`. Raises `engine_missing`."""
        ...

    def read(self, page: DocumentPage, options: ReadOptions) -> PageText: ...


@dataclass(frozen=True, slots=True)
class Route:
    """Which engine reads a page, and why, in words for a person."""

    engine: str
    reason: str
    flags: tuple[str, ...] = ()


class Engines(Protocol):
    """All engines of this process by name."""

    def names(self) -> list[str]:
        """Everything a job may ask for, `auto` and aliases included."""
        ...

    def get(self, name: str) -> Engine:
        """By name or alias. Raises `engine_missing`."""
        ...

    def installed(self) -> list[Engine]:
        """Those whose `missing()` is None."""
        ...

    def route(
        self, page: DocumentPage, asked: str, options: ReadOptions, *, may_look: bool = True
    ) -> Route:
        """`asked` is an engine or `auto`. Raises `engine_missing`, `language_missing`.

        Some text layers are compared with a few lines of the picture, read in a third of a second.
        Where that may not be (`may_look`), the route of such a page is `auto` again.
        """
        ...

    def reroute(self, error: PagemillError, options: ReadOptions) -> tuple[Route, ReadOptions]:
        """Who reads a page, and as what, after an engine that `auto` chose failed with `error`
        because of the letters it saw. Raises `error` itself where it tells of something else,
        `engine_missing`, and `language_missing` naming what to install.
        """
        ...

    def checked(self, text: PageText, page: DocumentPage, options: ReadOptions) -> PageText:
        """`text`, flagged `low_coverage` with a reason where an engine that `auto` chose has left
        out most of what stands on `page`; or a better reading, in the mode `best`. Runs in a child
        process, as `Engine.read` does.
        """
        ...

    def cache_key(self, asked: str, options: Options) -> str:
        """Equal keys promise equal page texts: names and versions of all engines that `asked` may
        come to, and the options that change the reading.
        """
        ...


@dataclass(frozen=True, slots=True)
class Strokes:
    """What stands in a page's tables and no engine reads: straight `rules`, and `dashes` alone in
    their cells.
    """

    rules: tuple[Box, ...] = ()
    dashes: tuple[Box, ...] = ()


class RegionFinder(Protocol):
    """Says what the parts of a page are, once an engine has read its lines. Made cheaply; `find`
    runs in a child process, on its only thread. `version` names code and model: page texts of equal
    version are reused.
    """

    @property
    def version(self) -> str: ...

    def missing(self) -> Failure | None:
        """As `Engine.missing`."""
        ...

    def warm(self) -> None:
        """Begins to load what `find` needs, while something else goes on; returns at once."""
        ...

    def find(self, page: DocumentPage, text: PageText) -> tuple[Region, ...]:
        """In points of the page as it lies, the most confident first. Raises anything: the page
        then stands without regions.
        """
        ...

    def strokes(self, page: DocumentPage, text: PageText) -> Strokes:
        """What is drawn in the tables of a page that `text` knows the regions of; in points of the
        page as it lies. Raises anything, as `find` does.
        """
        ...
