from pathlib import Path

import pytest

import report


def test_a_section_is_replaced_and_its_neighbours_stay() -> None:
    first = report.with_section("# Results\n", "a", "one\n")
    both = report.with_section(first, "b", r"two \1" + "\n")
    again = report.with_section(both, "a", "three\n")
    assert again == (
        "# Results\n\n<!-- begin a -->\nthree\n<!-- end a -->\n\n"
        "<!-- begin b -->\ntwo \\1\n<!-- end b -->\n"
    )


def test_a_published_section_names_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path / "RESULTS.md")
    report.publish("x", "Speed", "fast", "pytest", "no-such-package")
    written = (tmp_path / "RESULTS.md").read_text()
    assert "## Speed\n\nfast\n\nMeasured 20" in written
    assert f"pytest {pytest.__version__}, no-such-package missing." in written


def test_a_table_is_padded() -> None:
    assert report.table(["a", "long"], [["xyz", 1]]) == (
        "| a   | long |\n| --- | ---- |\n| xyz | 1    |"
    )


def test_a_verdict_says_which_way_is_good() -> None:
    assert report.verdict(0.98, 0.97, at_least=True) == ">= 0.97: yes"
    assert report.verdict(201, 200, at_least=False) == "<= 200: NO"
