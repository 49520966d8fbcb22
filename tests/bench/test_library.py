import json
from pathlib import Path

from library import SAMPLES, dpi_of, load, pictures
from pagemill.testing.documents import picture, text_pdf, tiff


def test_the_samples_come_with_their_truth() -> None:
    samples = {sample.path.name: sample for sample in load(SAMPLES)}
    assert all(sample.is_scorable for sample in samples.values())
    assert samples["linn.png"].truth
    assert samples["masks.pdf"].facts
    assert (samples["tagged.pdf"].truth or "")[:1] not in {"", "#"}


def test_other_manifests_may_write_their_ends_as_text(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(text_pdf(1))
    (tmp_path / "a.gt.txt").write_text("words")
    good = {"path": "a.pdf", "kind": "scans", "pages": 1, "truth": ["a.gt.txt"], "expect": "ok"}
    rows = [good, good | {"expect": "ok|error:corrupt"}, good | {"kind": "broken"}]
    (tmp_path / "MANIFEST.json").write_text(json.dumps(rows))
    (sample,) = load(tmp_path)
    assert (sample.truth, sample.language) == ("words", "")


def test_documents_can_be_chosen_by_kind_and_length() -> None:
    assert {sample.kind for sample in load(kinds=("scans",))} == {"scans"}
    assert max(sample.pages for sample in load(max_pages=3)) <= 3


def test_pages_become_pictures(tmp_path: Path) -> None:
    made = {"a.pdf": text_pdf(2), "b.tiff": tiff(3), "c.png": picture("x")}
    rows = []
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
        rows.append({"path": name, "kind": "scans", "truth": []})
    (tmp_path / "samples.json").write_text(json.dumps(rows))
    drawn = [[pixels.shape for pixels in pictures(sample, dpi=72)] for sample in load(tmp_path)]
    assert [len(shapes) for shapes in drawn] == [2, 3, 1]
    assert [dpi_of(sample) for sample in load(tmp_path)] == [200, 150, 150]
    assert drawn[0][0] == (792, 612, 3)
