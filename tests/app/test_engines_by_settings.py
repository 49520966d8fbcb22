"""What the settings say of engines arrives in the child that reads."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from pagemill.app.child import build_tools
from pagemill.app.house import child_config
from pagemill.app.plugins import registry_of
from pagemill.engines.runtime import ONNXRUNTIME, OPENVINO, OPENVINO_F32, OPENVINO_INT8, module_of
from pagemill.model.options import MODES, Options
from pagemill.ports import ReadOptions
from pagemill.settings import Settings
from pagemill.testing.documents import picture_pdf, text_pdf

INSTALLED = [
    name
    for name in (OPENVINO, OPENVINO_INT8, OPENVINO_F32, ONNXRUNTIME)
    if find_spec(module_of(name)) is not None
]


def test_the_child_runs_models_by_what_the_settings_name(tmp_path: Path):
    path = tmp_path / "one.pdf"
    path.write_bytes(text_pdf(["Ten leaves"]))
    keys = set()
    for runtime in INSTALLED:
        tools = build_tools(child_config(Settings(data=tmp_path, ocr_runtime=runtime)))
        document = tools.documents.open(path, "application/pdf")
        text = tools.engines.get("rapidocr").read(document.page(1), ReadOptions())
        document.close()
        assert text.engine == "ppocr"
        assert text.engine_version.endswith(runtime)
        keys.add(tools.engines.cache_key("ppocr", Options()))
    assert len(keys) == len(INSTALLED)


def test_the_hybrid_shares_the_models_of_the_two_it_is_made_of():
    registry = registry_of("auto", "", "auto")
    hybrid = registry.get("hybrid")
    assert hybrid._ppocr is registry.get("ppocr")
    assert hybrid._tesseract is registry.get("tesseract")


@pytest.mark.parametrize("runtime", [ONNXRUNTIME, OPENVINO_F32])
def test_runtimes_without_bf16_leave_the_engine_to_the_mode_and_a_setting_forces_one(
    tmp_path, runtime
):
    path = tmp_path / "scan.pdf"
    path.write_bytes(picture_pdf(["Ten leaves"]))

    settings = Settings(data=tmp_path, ocr_runtime=runtime)
    forced = settings.model_copy(update={"engine": "ppocr"})
    chosen = []
    for each in (settings, forced):
        tools = build_tools(child_config(each))
        document = tools.documents.open(path, "application/pdf")
        routes = [
            tools.engines.route(document.page(1), "auto", ReadOptions(("en",), mode=mode))
            for mode in MODES
        ]
        document.close()
        chosen.append([route.engine for route in routes])
    assert chosen == [["tesseract", "hybrid", "ppocr"], ["ppocr"] * 3]


def test_a_runtime_nobody_has_is_refused_with_the_ones_there_are():
    with pytest.raises(ValueError, match="openvino"):
        Settings(ocr_runtime="abacus")
