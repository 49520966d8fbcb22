"""What the texts of `quality.py` are worth: words and structure in one value per document."""

from collections.abc import Mapping
from dataclasses import dataclass

from library import Sample
from score import score, text_of_markdown
from structure import Structure, heading_f1, holds_in_table, structure_of, table_f1


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one document; None where it has no truth of that sort. `absent` facts are those of running
    headers, footers and page numbers, which readers want out of the text.
    """

    cer: float | None = None
    word_f1: float | None = None
    order: float | None = None
    heading_f1: float | None = None
    cell_f1: float | None = None
    neighbour_f1: float | None = None
    facts_held: int = 0
    facts_total: int = 0
    absent_held: int = 0
    absent_total: int = 0


Scores = Mapping[Sample, Figures]


def scores_of(texts: Mapping[Sample, str], *, is_markdown: bool) -> Scores:
    return {sample: figures_of(sample, text, is_markdown) for sample, text in texts.items()}


def figures_of(sample: Sample, text: str, is_markdown: bool) -> Figures:
    """A plain text has neither headings nor tables."""
    words = score(
        text_of_markdown(text) if is_markdown else text,
        sample.truth,
        sample.facts,
        sample.optional,
    )
    found = structure_of(text) if is_markdown else Structure()
    tables = [fact for fact in sample.facts if fact["type"] == "table"]
    absent = [fact for fact in sample.facts if fact["type"] == "absent"]
    gone = score(text_of_markdown(text) if is_markdown else text, None, absent)
    cells, neighbours = table_f1(sample.structure.tables, found.tables) or (None, None)
    return Figures(
        words.cer,
        words.word_f1,
        words.order,
        heading_f1(sample.structure.headings, found.headings),
        cells,
        neighbours,
        words.facts_held + sum(holds_in_table(fact, found.tables) for fact in tables),
        words.facts_total + len(tables),
        gone.facts_held,
        gone.facts_total,
    )
