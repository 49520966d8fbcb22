"""Every output keeps the contract."""

from outputs.contract import OutputContract
from pagemill.outputs import all_outputs


class TestMarkdown(OutputContract):
    name, paths = "markdown", frozenset({"result.md"})


class TestAnnotated(OutputContract):
    name, paths = "annotated", frozenset({"result.annotated.md"})


class TestText(OutputContract):
    name, paths = "text", frozenset({"result.txt"})


class TestJson(OutputContract):
    name, paths = "json", frozenset({"result.json"})


class TestMetadata(OutputContract):
    name, paths = "metadata", frozenset({"metadata.json"})


class TestLayout(OutputContract):
    name, paths, is_streamed = "layout", frozenset({"layout.pdf"}), False


class TestImages(OutputContract):
    name, is_streamed = "images", False
    paths = frozenset(f"images/{page}_{n}.jpg" for page in (1, 3) for n in (0, 1, 2))


def test_no_output_is_left_out() -> None:
    held = {case.name for case in OutputContract.__subclasses__()}
    assert held == set(all_outputs())
