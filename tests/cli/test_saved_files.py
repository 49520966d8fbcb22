"""Where results go, and that they arrive whole."""

from pathlib import Path

import pytest

from pagemill.cli.files import linked, save, sources_of, target_path
from pagemill.errors import PagemillError


@pytest.mark.parametrize(
    ("output", "saved"),
    [
        ("result.md", "scan.md"),
        ("result.annotated.md", "scan.annotated.md"),
        ("result.json", "scan.json"),
        ("result.chunks.jsonl", "scan.chunks.jsonl"),
        ("layout.pdf", "scan.layout.pdf"),
        ("images/1_0.jpg", "scan/images/1_0.jpg"),
    ],
)
def test_an_output_is_named_after_its_document(output, saved):
    assert target_path(Path("out"), "scan", output) == Path("out") / saved


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_saved_markdown_links_pictures_where_they_are_saved(size):
    text = b"images\n\n![figure](images/1_0.jpg)\n!\\[figure\\](images/\n\n![table](images/2_0.jpg)"
    chunks = [text[at : at + size] for at in range(0, len(text), size)]
    saved = b"".join(linked("2 scans", "result.md", chunks))
    wanted = text.replace(b"](images/1", b"](2%20scans/images/1")
    assert saved == wanted.replace(b"](images/2", b"](2%20scans/images/2")


def test_a_saved_docling_document_names_pictures_where_they_are_saved():
    text = b'{"uri":"images/1_0.jpg","text":"\\"uri\\":\\"images/1"}\n{"uri":"https://x"}'
    saved = b"".join(linked('2 "scans"', "result.docling.json", [text[:9], text[9:]]))
    assert saved == text.replace(b'"images/1_0', b'"2 \\"scans\\"/images/1_0', 1)


def test_other_outputs_are_saved_as_they_are():
    text = b"![figure](images/1_0.jpg)"
    assert b"".join(linked("scan", "result.json", [text])) == text


def test_documents_with_one_stem_do_not_overwrite_each_other(tmp_path):
    paths = [tmp_path / name for name in ("a/scan.pdf", "b/scan.png", "b/SCAN.tif", "b/other.png")]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    stems = [source.stem for source in sources_of(paths)]
    assert stems == ["scan", "scan-2", "SCAN-3", "other"]
    assert [source.stem for source in sources_of(paths)] == stems


def test_a_missing_file_stops_everything_before_it_begins(tmp_path):
    (tmp_path / "there.pdf").write_bytes(b"x")
    with pytest.raises(PagemillError) as refused:
        sources_of([tmp_path / "there.pdf", tmp_path / "gone.pdf"])
    assert refused.value.code == "file_not_found"
    assert "gone.pdf" in refused.value.message


def test_a_folder_is_refused_with_a_way_to_go_on(tmp_path):
    with pytest.raises(PagemillError) as refused:
        sources_of([tmp_path])
    assert refused.value.code == "invalid_request"
    assert "*.pdf" in refused.value.hint


def test_a_result_replaces_the_old_one_whole(tmp_path):
    target = tmp_path / "out" / "scan.md"
    save(target, [b"old"])
    save(target, [b"ne", b"w"])
    assert target.read_bytes() == b"new"
    assert [path.name for path in target.parent.iterdir()] == ["scan.md"]


def test_a_result_that_breaks_off_leaves_the_old_one_and_nothing_else(tmp_path):
    target = tmp_path / "scan.md"
    save(target, [b"old"])

    def breaking():
        yield b"half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        save(target, breaking())
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["scan.md"]


def test_a_folder_that_cannot_take_results_is_named(tmp_path):
    (tmp_path / "out").write_bytes(b"a file, not a folder")
    with pytest.raises(PagemillError) as refused:
        save(tmp_path / "out" / "scan.md", [b"x"])
    assert refused.value.code == "invalid_request"
    assert "out" in refused.value.message
