"""All engines by name, plug-ins included, and the choice for a page."""

from importlib.metadata import entry_points

import pytest

from pagemill.engines import EngineRegistry
from pagemill.engines.ppocr import PpOcrEngine
from pagemill.engines.registry import GROUP
from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.options import Options
from pagemill.model.page import NativeText, PageText
from pagemill.ports import ReadOptions

SCAN = NativeText((), 0, 0.0, 0.0, 0.0, 1.0)


class Reader:
    """An engine of somebody else, with the least an engine must have."""

    needs_picture = True

    def __init__(
        self, name: str = "abacus", version: str = "1", languages: tuple[str, ...] = ("en",)
    ) -> None:
        self.name, self.version, self.languages = name, version, languages
        self.failure: Failure | None = None

    def missing(self) -> Failure | None:
        return self.failure

    def can_read(self, languages) -> bool:
        return set(languages) <= set(self.languages)

    def load(self) -> None: ...

    def read(self, page, options) -> PageText:
        raise NotImplementedError


class Page:
    def __init__(self, native: NativeText = SCAN) -> None:
        self._native = native

    def native_text(self) -> NativeText:
        return self._native


def broken() -> Reader:
    raise OSError("libabacus.so is missing")


def test_our_engines_are_declared_as_entry_points_like_those_of_anybody_else():
    assert {"text", "ppocr", "tesseract"} <= {point.name for point in entry_points(group=GROUP)}


def test_a_job_may_ask_for_every_engine_for_its_alias_and_for_auto():
    names = EngineRegistry(factories={"abacus": Reader}).names()
    assert {"auto", "text", "ppocr", "rapidocr", "tesseract", "abacus"} <= set(names)
    assert names == sorted(names)


def test_an_alias_is_the_same_engine():
    registry = EngineRegistry()
    assert registry.get("rapidocr") is registry.get("ppocr")
    assert isinstance(registry.get("ppocr"), PpOcrEngine)


def test_a_plug_in_is_made_once_and_takes_the_place_of_ours():
    registry = EngineRegistry(factories={"tesseract": lambda: Reader("tesseract")})
    assert isinstance(registry.get("tesseract"), Reader)
    assert registry.get("tesseract") is registry.get("tesseract")


def test_a_name_nobody_has_is_refused_with_the_names_there_are():
    with pytest.raises(PagemillError, match="no engine 'abacus'") as caught:
        EngineRegistry().get("abacus")
    assert caught.value.code == "engine_missing"
    assert "ppocr, rapidocr, tesseract, text" in caught.value.hint


def test_a_plug_in_that_cannot_be_made_does_not_take_the_others_down():
    registry = EngineRegistry(default_ocr="abacus", factories={"abacus": broken})
    with pytest.raises(PagemillError, match="libabacus"):
        registry.get("abacus")
    assert "abacus" not in [engine.name for engine in registry.installed()]
    route = registry.route(Page(), "auto", ReadOptions())
    assert route.engine == "ppocr"
    assert "libabacus" in route.reason


def test_what_is_missing_is_not_among_the_installed():
    absent = Reader()
    absent.failure = Failure("engine_missing", "no abacus")
    registry = EngineRegistry(factories={"abacus": lambda: absent})
    assert {engine.name for engine in registry.installed()} >= {"text", "ppocr"}
    assert absent not in registry.installed()


def test_auto_takes_the_engine_the_settings_name():
    registry = EngineRegistry(default_ocr="abacus", factories={"abacus": Reader})
    assert registry.route(Page(), "auto", ReadOptions()).engine == "abacus"
    assert EngineRegistry("rapidocr").route(Page(), "auto", ReadOptions()).engine == "ppocr"


def test_auto_goes_by_the_languages_that_each_engine_reads():
    cyrillic = Reader("tesseract", languages=("ru",))
    registry = EngineRegistry(factories={"tesseract": lambda: cyrillic})
    assert registry.route(Page(), "auto", ReadOptions(("en",))).engine == "ppocr"
    assert registry.route(Page(), "auto", ReadOptions(("ru",))).engine == "tesseract"
    with pytest.raises(PagemillError) as caught:
        registry.route(Page(), "auto", ReadOptions(("th",)))
    assert caught.value.code == "language_missing"


def test_an_engine_asked_for_by_name_reads_without_a_look_at_the_page():
    route = EngineRegistry().route(object(), "rapidocr", ReadOptions())
    assert (route.engine, route.flags) == ("ppocr", ())


def test_an_engine_asked_for_is_refused_where_it_cannot_read():
    registry = EngineRegistry(factories={"abacus": Reader})
    for asked, languages in (("ppocr", ("ru",)), ("abacus", ("ru",))):
        with pytest.raises(PagemillError, match="ru") as caught:
            registry.route(Page(), asked, ReadOptions(languages))
        assert caught.value.code == "language_missing"


def test_equal_work_has_an_equal_cache_key():
    options = Options(languages=("en",), pages="1-3", outputs=("markdown",))
    other = Options(languages=("en",), pages="2", outputs=("json",))
    assert EngineRegistry().cache_key("auto", options) == EngineRegistry().cache_key("auto", other)


@pytest.mark.parametrize(
    "options", [Options(dpi=300), Options(languages=("en",)), Options(languages=("de",))]
)
def test_options_that_change_the_reading_change_the_cache_key(options):
    registry = EngineRegistry()
    assert registry.cache_key("text", options) != registry.cache_key("text", Options())


def test_a_new_version_of_any_engine_that_may_read_changes_the_cache_key():
    def keys(version: str) -> dict[str, str]:
        made = Reader("tesseract", version)
        registry = EngineRegistry(factories={"tesseract": lambda: made})
        return {asked: registry.cache_key(asked, Options()) for asked in registry.names()}

    old, new = keys("1"), keys("2")
    assert {asked for asked in old if old[asked] != new[asked]} == {"auto", "tesseract"}


def test_an_alias_shares_the_cache_and_auto_does_not():
    registry = EngineRegistry()
    keys = {name: registry.cache_key(name, Options()) for name in ("auto", "rapidocr", "ppocr")}
    assert keys["rapidocr"] == keys["ppocr"] != keys["auto"]
