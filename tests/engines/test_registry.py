"""All engines by name, plug-ins included, and the choice for a page."""

from dataclasses import replace
from importlib.metadata import entry_points

import pytest

from pagemill.engines import EngineRegistry
from pagemill.engines.ppocr import PpOcrEngine
from pagemill.engines.registry import GROUP
from pagemill.engines.scripts import unread_script
from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.options import MODES, Options
from pagemill.model.page import Block, BlockKind, Box, NativeText, PageFlag, PageText
from pagemill.ports import ReadOptions

SCAN = NativeText((), 0, 0.0, 0.0, 0.0, 1.0)


class Reader:
    """An engine of somebody else, with the least an engine must have."""

    needs_picture = True

    def __init__(
        self, name: str = "abacus", version: str = "1", languages: tuple[str, ...] = ("en",)
    ) -> None:
        self.name, self.version, self.packs = name, version, languages
        self.failure: Failure | None = None

    def missing(self) -> Failure | None:
        return self.failure

    def can_read(self, languages) -> bool:
        return set(languages) <= set(self.packs)

    def load(self) -> None: ...

    def read(self, page, options) -> PageText:
        raise NotImplementedError


class Packed(Reader):
    """It can say which packs it has."""

    def __init__(self, name: str, version: str = "1", *, packs: list[str]) -> None:
        super().__init__(name, version, tuple(packs))

    def languages(self) -> list[str]:
        return list(self.packs)


class Seer(Reader):
    """It sees where text stands."""

    def __init__(self, name: str, *, boxes: list[Box]) -> None:
        super().__init__(name)
        self.boxes = boxes

    def text_boxes(self, page) -> list[Box]:
        return self.boxes

    def read(self, page, options) -> PageText:
        blocks = tuple(Block(BlockKind.LINE, box, "seen") for box in self.boxes)
        return PageText(1, 100, 100, blocks, self.name, self.version)


OURS = {name: lambda name=name: Reader(name) for name in ("ppocr", "hybrid", "tesseract")}


class Page:
    def __init__(self, native: NativeText = SCAN) -> None:
        self._native = native

    def native_text(self) -> NativeText:
        return self._native


def broken() -> Reader:
    raise OSError("libabacus.so is missing")


def test_our_engines_are_declared_as_entry_points_like_those_of_anybody_else():
    assert {"text", "ppocr", "hybrid", "tesseract"} <= {
        point.name for point in entry_points(group=GROUP)
    }


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


def test_without_fast_bf16_the_mode_chooses_and_a_setting_forces():
    def engine_of(mode: str, default: str = "auto", languages: tuple[str, ...] = ("en",)) -> str:
        registry = EngineRegistry(default, OURS, has_fast_ppocr=False)
        return registry.route(Page(), "auto", ReadOptions(languages, mode=mode)).engine

    assert [engine_of(mode) for mode in MODES] == ["tesseract", "hybrid", "ppocr"]
    assert [engine_of(mode, "ppocr") for mode in MODES] == ["ppocr"] * 3
    assert engine_of("fast", languages=()) == "hybrid"


def test_where_tesseract_is_missing_ppocr_reads_instead_of_the_hybrid_and_the_reason_says_why():
    absent = Reader("hybrid")
    absent.failure = Failure("engine_missing", "Tesseract has no language data here")
    registry = EngineRegistry(factories=OURS | {"hybrid": lambda: absent}, has_fast_ppocr=False)
    route = registry.route(Page(), "auto", ReadOptions())
    assert route.engine == "ppocr"
    assert "not by hybrid: Tesseract has no language data" in route.reason


def test_a_script_that_was_seen_goes_to_tesseract_with_its_packs():
    packed = Packed("tesseract", packs=["eng", "rus"])
    registry = EngineRegistry(factories={"tesseract": lambda: packed})
    asked = ReadOptions(dpi=200, mode="best")
    route, options = registry.reroute(unread_script("Cyrl", "ppocr"), asked)
    assert route.engine == "tesseract"
    assert options == replace(asked, languages=("rus", "eng"))


def test_a_script_without_a_pack_is_refused_by_name():
    registry = EngineRegistry(factories={"tesseract": lambda: Packed("tesseract", packs=["eng"])})
    with pytest.raises(PagemillError, match="Cyrillic") as caught:
        registry.reroute(unread_script("Cyrl", "ppocr"), ReadOptions())
    assert caught.value.code == "language_missing"
    assert "tesseract-ocr-rus" in caught.value.hint


def test_packs_without_the_program_are_refused_with_what_is_missing():
    packed = Packed("tesseract", packs=["rus"])
    packed.failure = Failure("engine_missing", "no tesserocr")
    registry = EngineRegistry(factories={"tesseract": lambda: packed})
    with pytest.raises(PagemillError, match="no tesserocr"):
        registry.reroute(unread_script("Cyrl", "ppocr"), ReadOptions())


def test_other_failures_are_not_rerouted():
    error = PagemillError("language_missing", "told by name")
    with pytest.raises(PagemillError) as caught:
        EngineRegistry().reroute(error, ReadOptions())
    assert caught.value is error


@pytest.mark.parametrize(("lines", "is_flagged"), [(4, False), (2, False), (1, True), (0, True)])
def test_tesseract_leaving_out_most_of_what_stands_there_is_flagged(lines, is_flagged):
    boxes = [Box(0, 20 * row, 100, 20 * row + 10) for row in range(4)]
    registry = EngineRegistry(factories={"ppocr": lambda: Seer("ppocr", boxes=boxes)})
    blocks = tuple(Block(BlockKind.LINE, box, "x") for box in boxes[:lines])
    text = PageText(1, 100, 100, blocks, "tesseract", "1")
    checked = registry.checked(text, Page(), ReadOptions())
    assert (PageFlag.LOW_COVERAGE in checked.flags) == is_flagged
    told = f"tesseract read only {25 * lines} % of what looks like text"
    assert checked.reason == (told if is_flagged else "")


@pytest.mark.parametrize(
    ("mode", "languages", "reader"),
    [("best", ("en",), "ppocr"), ("best", ("ru",), "tesseract"), ("fast", ("en",), "tesseract")],
)
def test_the_mode_best_has_such_a_page_read_again_by_who_sees_more(mode, languages, reader):
    box = Box(0, 0, 100, 10)
    registry = EngineRegistry(factories={"ppocr": lambda: Seer("ppocr", boxes=[box])})
    text = PageText(1, 100, 100, (), "tesseract", "1")
    checked = registry.checked(text, Page(), ReadOptions(languages, mode=mode))
    assert checked.engine == reader
    assert (PageFlag.LOW_COVERAGE in checked.flags) == (reader == "tesseract")
    assert "tesseract read only 0 %" in checked.reason


def test_others_are_not_checked_nor_is_anybody_where_nothing_can_see():
    blind = EngineRegistry(factories={"ppocr": lambda: Reader("ppocr")})
    seeing = EngineRegistry(factories={"ppocr": lambda: Seer("ppocr", boxes=[Box(0, 0, 9, 9)])})
    for registry, engine in ((blind, "tesseract"), (seeing, "text"), (seeing, "ppocr")):
        text = PageText(1, 100, 100, (), engine, "1")
        assert registry.checked(text, Page(), ReadOptions()) is text


def test_another_pack_changes_the_cache_key_wherever_a_script_may_call_for_it():
    def key(packs: str, languages: tuple[str, ...]) -> str:
        made = Packed("tesseract", packs, packs=["eng"])
        made.failure = Failure("engine_missing", "not here")
        registry = EngineRegistry(factories={"tesseract": lambda: made})
        return registry.cache_key("auto", Options(languages=languages))

    assert key("1", ()) != key("2", ())
    assert key("1", ("en",)) == key("2", ("en",))  # nothing but the named language is read


def test_engines_that_cannot_be_made_stand_in_the_way_of_no_other():
    registry = EngineRegistry(factories={"tesseract": broken, "ppocr": broken})
    assert registry.cache_key("auto", Options()) != EngineRegistry().cache_key("auto", Options())
    text = PageText(1, 100, 100, (), "tesseract", "1")
    assert registry.checked(text, Page(), ReadOptions()) is text


def test_the_mode_is_part_of_the_cache_key():
    registry = EngineRegistry()
    assert len({registry.cache_key("ppocr", Options(mode=mode)) for mode in MODES}) == len(MODES)
