"""The sample documents are what their manifests say, and every one is credited."""

import hashlib
import json
from pathlib import Path

import pytest

from pagemill.errors import CATALOGUE

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "samples"
FREE = {
    "Apache-2.0",
    "BSD-3-Clause",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "CC0-1.0",
    "MIT",
    "public domain",
}
TRUTH = (".gt.txt", ".gt.md", ".table.html", ".table.csv", ".tests.jsonl", ".opt.txt")
OURS = {"samples.json", "broken.json", ".gitattributes"}


def rows() -> list[tuple[Path, dict]]:
    manifests = (SAMPLES / "samples.json", SAMPLES / "broken" / "broken.json")
    return [(m.parent / row["path"], row) for m in manifests for row in json.loads(m.read_text())]


@pytest.mark.parametrize(("path", "row"), rows(), ids=[path.name for path, _ in rows()])
def test_a_sample_is_what_its_manifest_says(path: Path, row: dict) -> None:
    data = path.read_bytes()
    assert len(data) == row["bytes"]
    assert hashlib.sha256(data).hexdigest() == row["sha256"]
    assert row["licence"] in FREE
    assert row["credit"]
    assert row["purpose"]
    assert all((path.parent / name).stat().st_size for name in row["truth"])
    assert set(row["expect"]) <= {"ok", *CATALOGUE}


def test_every_file_among_the_samples_stands_in_a_manifest() -> None:
    known = {path for path, _ in rows()}
    known |= {path.parent / name for path, row in rows() for name in row["truth"]}
    found = {p for p in SAMPLES.rglob("*") if p.is_file() and p.name not in OURS}
    assert found == known


def test_every_sample_is_credited_in_the_notice() -> None:
    notice = " ".join((ROOT / "NOTICE").read_text().split())
    for _path, row in rows():
        if row["bytes"]:
            assert f"{row['path']} {row['licence']}; {row['credit']}; {row['source']}" in notice


def test_three_samples_make_the_demo() -> None:
    assert sum(bool(row.get("demo")) for _, row in rows()) == 3


def test_every_sample_that_should_be_read_has_its_truth_beside_it() -> None:
    for path, row in rows():
        if row["kind"] != "broken":
            assert row["truth"], path.name
            assert all(name.endswith(TRUTH) for name in row["truth"])
