"""The engines of a process, and those named in the settings rather than by an entry point, for
tests and plug-in authors.
"""

from collections.abc import Callable
from functools import cache, partial
from importlib import import_module

from pagemill.engines import EngineRegistry
from pagemill.engines.hybrid import HybridEngine
from pagemill.engines.ppocr import PpOcrEngine
from pagemill.engines.processor import has_fast_bf16, has_fast_int8
from pagemill.engines.runtime import is_fast_with, runtime_of
from pagemill.engines.tesseract import TesseractEngine, make_tesseract
from pagemill.errors import PagemillError
from pagemill.ports import Engine


def registry_of(engine: str, plugins: str, ocr_runtime: str) -> EngineRegistry:
    """From the settings of these names. `hybrid` shares the models of the two it is made of.
    Raises `invalid_options`.
    """
    ppocr = cache(partial(PpOcrEngine, ocr_runtime))
    tesseract = cache(make_tesseract)
    ours: dict[str, Callable[[], Engine]] = {
        PpOcrEngine.name: ppocr,
        TesseractEngine.name: tesseract,
        HybridEngine.name: lambda: HybridEngine(ppocr(), tesseract()),
    }
    is_fast = is_fast_with(
        runtime_of(ocr_runtime), has_bf16=has_fast_bf16(), has_int8=has_fast_int8()
    )
    return EngineRegistry(engine, ours | plugin_engines(plugins), has_fast_ppocr=is_fast)


def plugin_engines(plugins: str) -> dict[str, Callable[[], Engine]]:
    """`module:callable,module:callable` as factories by engine name. Each is called once to learn
    its name, which the `Engine` protocol promises to be cheap. Raises `invalid_options`.
    """
    engines = [_load(spec.strip()) for spec in plugins.split(",") if spec.strip()]
    return {engine.name: _giving(engine) for engine in engines}


def _load(spec: str) -> Engine:
    module, _, name = spec.partition(":")
    try:
        engine: Engine = getattr(import_module(module), name)()
    except (ImportError, AttributeError, ValueError) as error:
        raise PagemillError(
            "invalid_options",
            f"Setting plugins: '{spec}' cannot be loaded: {error}",
            "Write each as `module:callable`; the module must be importable (PYTHONPATH).",
        ) from error
    return engine


def _giving(engine: Engine) -> Callable[[], Engine]:
    return lambda: engine
