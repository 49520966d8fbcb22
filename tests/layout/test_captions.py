"""Which texts are captions."""

import pytest

from layout.sheets import column, laid_out, line
from pagemill.layout.text.captions import may_caption, names_caption
from pagemill.model.page import Block, BlockKind, Box

FULL = "a line of text that runs up to the right edge"


@pytest.mark.parametrize(
    "text",
    [
        "Figure 3: The machine",
        "Fig. 2. A valve",
        "FIGURE 1 — Growth",
        "Table 2.1: Costs",
        "Table IV: Costs",
        "Table A.1: Costs",
        "Abbildung 1.2: Zariski-Topologie",
        "Abb. 4: Ein Haus",
        "Tabelle 7. Preise",
        "Tableau 3 : Prix",
        "Figura 2: Una máquina",
        "Рис. 5. Дом",
        "図 2：機械",
        "图1。",
        "Table 2",
    ],
)
def test_a_word_with_a_number_names_a_caption(text: str) -> None:
    assert names_caption(text)


@pytest.mark.parametrize(
    "text",
    [
        "Figure 3 shows the machine.",
        "Figures are below",
        "table 2: as was said",
        "Tables: a history",
        "Figure 1: Growth . . . . . . 7",
        "Table 3.2: Costs 17",
        "The Figure 3: no",
        "Tables. And more.",
        "Figure i. think of",
    ],
)
def test_sentences_and_lists_of_figures_name_none(text: str) -> None:
    assert not names_caption(text)


def test_beside_a_figure_a_label_is_enough_but_a_sentence_is_not() -> None:
    assert may_caption("Figure 3 The machine")
    assert not may_caption("Figure 3 shows the machine.")


def test_a_label_beside_a_table_makes_a_caption() -> None:
    table = Block(BlockKind.TABLE, Box(50, 80, 300, 160), "")
    above, far = line(50, 60, "Table 4 Costs"), line(50, 300, "Table 5 Costs")
    between = column(50, 200, [FULL, FULL, "the end."])
    kinds = [str(block.kind) for block in laid_out([above, table, *between, far])]
    assert kinds == ["caption", "table", "paragraph", "paragraph"]


def test_a_caption_ends_the_text_above_it_and_takes_its_own_rows() -> None:
    rows = [FULL, "the end.", "Figure 1: A caption so long that it needs", "two rows."]
    kinds = [(str(block.kind), block.text) for block in laid_out(column(50, 50, rows))]
    assert kinds == [
        ("paragraph", f"{FULL} the end."),
        ("caption", "Figure 1: A caption so long that it needs two rows."),
    ]


def test_a_reference_in_the_middle_of_a_sentence_is_no_caption() -> None:
    rows = [
        "a line of text that goes on to the words in",
        "Figure 1. There it ends and goes on up to",
        "it.",
    ]
    assert [block.kind for block in laid_out(column(50, 50, rows))] == ["paragraph"]
