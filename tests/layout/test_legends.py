"""Notes and sources under a table, read from a picture."""

from layout.sheets import column, texts

ROWS = [
    'Note: "na" means not available.',
    "a In Alaska and Indiana no districts exceeded the cap.",
    "b Many an assessment is not based on the standards,",
    "a Boeing among the others that it speaks of therefore.",
    "c In New Jersey a few districts exceeded the cap also.",
    "Source: Interviews of the fall, and those of the spring.",
]


def test_each_note_and_source_under_a_table_is_a_text_of_its_own() -> None:
    note, a, b, more, c, source = ROWS
    assert texts(column(50, 100, ROWS)) == [note, a, f"{b} {more}", c, source]


def test_a_note_whose_letter_was_lost_is_one_all_the_same() -> None:
    rows = [ROWS[1], "b Many an assessment is not.", *ROWS[4:]]
    rows[2] = rows[2].removeprefix("c ")
    assert texts(column(50, 100, rows)) == rows[:2] + rows[2:]


def test_a_letter_that_a_sentence_runs_on_with_begins_no_note() -> None:
    rows = [
        "Nobody in the whole of the company had ever flown in",
        "a Boeing or thought of it and so they took the train to",
        "a Swiss town where they stayed until the end of summer.",
    ]
    assert texts(column(50, 100, rows)) == [" ".join(rows)]


def test_one_letter_alone_is_no_note() -> None:
    rows = ["They bought all of it, the bread, the wine and so on.", "e Italian cheese, too."]
    assert texts(column(50, 100, rows)) == [" ".join(rows)]
