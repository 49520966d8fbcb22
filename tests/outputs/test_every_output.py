"""Every output keeps the contract."""

from outputs.contract import OutputContract, StreamedContract
from pagemill.outputs import all_outputs


class TestMarkdown(StreamedContract):
    name, paths = "markdown", frozenset(("result.md",))


class TestAnnotated(StreamedContract):
    name, paths = "annotated", frozenset(("result.annotated.md",))


class TestText(StreamedContract):
    name, paths = "text", frozenset(("result.txt",))


class TestJson(StreamedContract):
    name, paths = "json", frozenset(("result.json",))


class TestMetadata(StreamedContract):
    name, paths = "metadata", frozenset(("metadata.json",))


class TestHtml(StreamedContract):
    name, paths = "html", frozenset(("result.html",))


class TestChunks(StreamedContract):
    name, paths = "chunks", frozenset(("result.chunks.jsonl",))


class TestDocling(OutputContract):
    name, paths = "docling", frozenset(("result.docling.json",))


class TestLayout(OutputContract):
    name, paths = "layout", frozenset(("layout.pdf",))


class TestSearchable(OutputContract):
    name, paths = "searchable", frozenset(("searchable.pdf",))


class TestImages(OutputContract):
    name = "images"
    paths = frozenset(f"images/{page}_{n}.jpg" for page in (1, 3) for n in (0, 1, 2))


def test_no_output_is_left_out() -> None:
    cases = [*StreamedContract.__subclasses__(), *OutputContract.__subclasses__()]
    assert {case.name for case in cases if hasattr(case, "name")} == set(all_outputs())
