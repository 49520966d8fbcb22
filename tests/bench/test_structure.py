"""The scorer of headings and tables is on trial: each figure does what its definition says."""

import pytest

from structure import (
    Structure,
    grid_of_csv,
    heading_f1,
    holds_in_table,
    structure_of,
    structure_of_html,
    table_f1,
)

PIPES = "| Fruit | Price |\n| --- | --- |\n| Apple | 1.20 |\n| Pear | 0.80 |\n"
SPANNING = (
    "<table><tr><th rowspan=2>Year</th><th colspan=2>Sales</th></tr>"
    "<tr><td>North</td><td>South</td></tr><tr><td>2024</td><td>7</td><td>9</td></tr></table>"
)


def test_headings_and_tables_are_found_in_markdown() -> None:
    found = structure_of(f"# Title\n\ntext\n\n## Part *one*\n\n{PIPES}\n<!-- # no heading -->\n")
    assert found.headings == ("title", "part one")
    assert {place: cell.text for place, cell in found.tables[0].items()} == {
        (0, 0): "fruit",
        (0, 1): "price",
        (1, 0): "apple",
        (1, 1): "1.20",
        (2, 0): "pear",
        (2, 1): "0.80",
    }


def test_nothing_has_no_structure() -> None:
    assert structure_of("") == Structure()


def test_a_cell_that_spans_stands_in_all_its_places() -> None:
    (grid,) = structure_of_html(SPANNING).tables
    assert grid[0, 0] == grid[1, 0]
    assert grid[0, 1] == grid[0, 2]
    assert grid[2, 2].text == "9"


def test_the_same_table_written_in_two_ways_scores_one() -> None:
    wanted = grid_of_csv("Fruit,Price\nApple,1.20\nPear,0.80\n")
    assert table_f1([wanted], structure_of(PIPES).tables) == (1.0, 1.0)


def test_a_text_in_the_wrong_column_costs_neighbours_and_no_cell() -> None:
    wanted = grid_of_csv("a,b,c\nd,,e\n")
    given = grid_of_csv("a,b,c\nd,e,\n")
    cells, neighbours = table_f1([wanted], [given]) or (0.0, 0.0)
    assert cells == 1.0
    # right: ab, bc, de in both; below: ad in both, then ce against be
    assert neighbours == pytest.approx(2 * 4 / (5 + 5))


def test_an_empty_cell_is_skipped_on_the_way_to_a_neighbour() -> None:
    assert table_f1([grid_of_csv("a,,b\n")], [grid_of_csv("a,b\n")]) == (1.0, 1.0)


def test_where_nothing_is_to_be_found_nothing_is_scored() -> None:
    assert table_f1([], structure_of(PIPES).tables) is None
    assert heading_f1([], ["a heading"]) is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["introduction", "results"], 1.0),
        (["lntroduction", "results"], 1.0),  # one letter misread
        (["results"], 2 / 3),
        (["introduction", "introduction"], 0.5),
        ([], 0.0),
    ],
)
def test_heading_f1_counts_each_heading_once(given: list[str], expected: float) -> None:
    assert heading_f1(["introduction", "results"], given) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("fact", "holds"),
    [
        ({"cell": "1.20", "left": "Apple"}, True),
        ({"cell": "1.20", "left": "Pear"}, False),
        ({"cell": "0.80", "up": "1.20", "top_heading": "Price"}, True),
        ({"cell": "0.80", "top_heading": "Fruit"}, False),
        ({"cell": "0.80", "left_heading": "Pear"}, True),
        ({"cell": "Plum"}, False),
    ],
)
def test_a_fact_about_a_table_asks_for_what_stands_around_a_cell(fact: dict, holds: bool) -> None:
    assert holds_in_table(fact, structure_of(PIPES).tables) == holds
