"""The judging of readers: groups, goals, and pages drawn as pictures."""

from pathlib import Path

import pypdfium2 as pdfium
import pytest

from drawn_pages import DRAWN, drawn
from library import SAMPLES, Sample, load
from quality import groups_of
from quality_goals import verdicts
from quality_scores import Figures, figures_of
from structure import Structure, grid_of_csv, structure_of

TABLE = "| a | b |\n| --- | --- |\n| c | d |\n"


def sample(name: str, kind: str, **more: object) -> Sample:
    return Sample(Path(name), kind, 1, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("document", "groups"),
    [
        (sample("a.pdf", "tables"), ["tables"]),
        (sample("a.png", "tables"), ["table pictures"]),
        (sample("a.png", "scans", tags=("two-column",)), ["scans", "multi-column scans"]),
        (sample("a.pdf", "born_digital", tags=("two-column",)), ["born_digital"]),
    ],
)
def test_a_document_counts_in_the_groups_it_belongs_to(document: Sample, groups: list[str]) -> None:
    assert groups_of(document) == groups


def test_plain_text_has_neither_headings_nor_tables() -> None:
    document = sample("a.pdf", "tables", structure=Structure(("a",), (grid_of_csv("a,b\nc,d\n"),)))
    as_markdown = figures_of(document, f"# a\n\n{TABLE}", is_markdown=True)
    as_text = figures_of(document, f"# a\n\n{TABLE}", is_markdown=False)
    assert (as_markdown.heading_f1, as_markdown.cell_f1) == (1.0, 1.0)
    assert (as_text.heading_f1, as_text.cell_f1) == (0.0, 0.0)


def test_facts_about_tables_count_with_the_others() -> None:
    facts = ({"type": "table", "cell": "d", "left": "c"}, {"type": "absent", "text": "page 3"})
    found = figures_of(
        sample("a.pdf", "tables", facts=facts), f"page 3\n\n{TABLE}", is_markdown=True
    )
    assert (found.facts_held, found.facts_total) == (1, 2)
    assert (found.absent_held, found.absent_total) == (0, 1)


def test_a_figure_below_its_goal_is_named_so() -> None:
    scores = {
        sample("a.pdf", "tables"): Figures(cell_f1=0.94, neighbour_f1=0.94),
        sample("b.pdf", "receipts"): Figures(cer=0.03),
    }
    said = {one.what: one.said for one in verdicts(scores, groups_of)}
    assert said == {
        "tables: F1 of table cells": ">= 0.95: NO",
        "tables: F1 of neighbours in tables": ">= 0.93: yes",
        "receipts: CER": "<= 0.04: yes",
    }


def test_pages_drawn_as_pictures_keep_their_text_as_truth(tmp_path: Path) -> None:
    (source,) = [one for one in load() if one.path.name == "multicolumn.pdf"]
    (made,) = drawn([source], tmp_path)
    assert made.kind == DRAWN
    assert "Lorem ipsum" in (made.truth or "")
    document = pdfium.PdfDocument(made.path)
    assert len(document) == source.pages
    assert document[0].get_textpage().count_chars() == 0
    document.close()


def test_the_truth_of_a_sample_names_its_headings_and_tables() -> None:
    (tagged,) = [one for one in load() if one.path.name == "tagged.pdf"]
    written = structure_of((SAMPLES / "tagged.gt.md").read_text())
    assert tagged.structure == written
    assert written.headings
