"""Which short rows keep their lines."""

import pytest

from layout.sheets import column, laid_out, line, prose, texts

LETTERS = (
    ["Lieferant GmbH", "Lieferantenstraße 20", "80333 München", "Deutschland"],
    ["Mitchell Admin", "215 Vine Street", "Scranton PA 18503", "United States"],
    ["KUNDENWEG 88 NORD", "40235 DUESSELDORF"],
    ["Sammy Maystone", "smaystone4@fake.com"],
    ["Rue de la Gare 12", "1950 Sion", "Suisse", "www.musterfirma-exemple.ch"],
)
PROSE = (
    ["He said that", "Mitchell and", "Scranton were", "in Vine Street"],
    ["Beside the Vine", "Street Station", "of Scranton the", "United States"],
    ["ALL TENANTS OF", "THE BUILDING", "MUST KEEP THE", "STAIRS CLEAR"],
    ["Mitchell, Ann", "Scranton, Vine", "Street, State,", "Admin, Paul, Jo"],
    ["The Vine Street", "Station of 1920."],
    ["PART 1 ON THE SCOPE", "DEFINITIONS (RULE I)"],
    ["This Act Replaces 2018-23", "Amendment 39-19512,"],
)


@pytest.mark.parametrize("rows", LETTERS)
def test_an_address_keeps_its_lines_though_its_words_are_long(rows: list[str]) -> None:
    assert texts(column(50, 100, rows)) == ["\n".join(rows)]


@pytest.mark.parametrize("rows", PROSE)
def test_prose_in_a_narrow_column_runs_on(rows: list[str]) -> None:
    assert texts(column(50, 100, rows)) == [" ".join(rows)]


def test_an_address_over_a_letter_keeps_its_lines() -> None:
    letter = prose("letter", 6)

    found = texts([*column(50, 100, LETTERS[0]), *column(50, 300, letter)])

    assert found == ["\n".join(LETTERS[0]), " ".join(letter)]


def test_a_street_and_a_town_in_capitals_are_no_heading() -> None:
    street = [line(50, 100 + 12 * n, text, size=10) for n, text in enumerate(LETTERS[2])]
    below = [line(50, 140 + 12 * n, text, size=10) for n, text in enumerate(prose("a", 6))]
    assert "heading" not in {block.kind for block in laid_out([*street, *below])}
