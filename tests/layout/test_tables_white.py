"""Rows that nothing but white parts, whose cells take several lines."""

from collections.abc import Sequence
from dataclasses import replace

from layout.table_sheets import laid_out, level, row, tables, text
from pagemill.model.page import Block, Box

XS = (72, 200, 300)
SIDES = ((68, 196), (196, 296), (296, 400))
HEAD = ("Place", "Area", "People")


def centred(
    texts: Sequence[tuple[str, ...]], y: float = 100, white: float = 4, xs: Sequence[float] = XS
) -> list[Block]:
    """Rows of cells of one or more lines, each cell at the middle of its row."""
    found = []
    for words in texts:
        lines = [cell.split("\n") for cell in words]
        high = max(map(len, lines)) * 12
        for x, cell in zip(XS, lines, strict=True):
            top = y + (high - 12 * len(cell)) / 2
            found += [text(x, top + 12 * n, words) for n, words in enumerate(cell) if words]
        y += high + white
    return found


def said(texts: Sequence[tuple[str, ...]]) -> list[list[str]]:
    return [[cell.replace("\n", " ") for cell in words] for words in texts]


def test_values_stand_at_the_middle_of_a_label_of_several_lines() -> None:
    body = [
        HEAD,
        ("The north of\nthe country", "12.5", "140"),
        ("The south,\nthe islands and\nthe lakes", "7.5", "96"),
        ("West", "1.5", "12"),
        ("East", "3.5", "31"),
    ]
    assert tables(centred(body)) == [said(body)]


def test_a_value_goes_on_below_its_sign() -> None:
    body = [HEAD, ("North of\nthe lake", "12.5 ±\n1.5", "140"), ("South", "7.5 ±\n0.5", "96")]
    body += [("West", "1.5", "12"), ("East", "3.5", "31")]
    assert tables(centred(body)) == [said(body)]


def test_rows_in_groups_that_white_parts_stay_rows() -> None:
    body = [(f"Kind {n}", f"{n}.5", f"{9 - n}") for n in range(6)]
    blocks = [*centred(body[:3], white=0), *centred(body[3:], 145, white=0)]
    assert tables(blocks) == [said(body)]


SENTENCES = [
    ("Place", "What grows", "Who buys"),
    ("The north", "apples that\nkeep until\nspring", "bakers"),
    ("South", "plums", "everybody who\nwalks by"),
    ("The west\nand coast", "nothing but\nhay", "farmers with\nmany cows and\nhorses"),
    ("East", "pears", "nobody"),
]


def test_sentences_in_step_between_rules_are_a_table() -> None:
    rules = [level(y, 72, 400) for y in (97, 113, 232)]
    assert tables(centred(SENTENCES), rules) == [said(SENTENCES)]


def test_shades_cell_by_cell_make_bands_that_support_a_table() -> None:
    fills = [Box(x, y, x1, y1) for y, y1 in ((114, 154), (182, 222)) for x, x1 in SIDES]
    assert tables(centred(SENTENCES), fills=fills) == [said(SENTENCES)]


def test_sentences_in_step_alone_stay_text() -> None:
    assert tables(centred(SENTENCES)) == []


def test_a_caption_supports_sentences_in_step() -> None:
    blocks = [text(72, 80, "Table 3: What grows and who buys"), *centred(SENTENCES)]
    assert tables(blocks) == [said(SENTENCES)]


def test_labels_of_several_lines_may_fill_their_column_alone_between_values() -> None:
    long = "\n".join(f"part {n} of it" for n in range(7))
    body = [HEAD, (f"The\n{long}", "1.5", "12"), ("South", "2.5", "96"), (long, "7.5", "3")]
    assert tables(centred([*body, ("East", "3.5", "31")])) == [said([*body, ("East", "3.5", "31")])]


def test_a_head_of_several_lines_above_the_first_rule_belongs_to_the_table() -> None:
    body = [("The\nplace", "Area of\nall its\nland", "People"), *SENTENCES[1:]]
    rules = [level(y, 72, 400) for y in (138, 178, 206, 246)]
    assert tables(centred(body), rules) == [said(body)]


def test_bold_lines_at_the_top_are_the_head() -> None:
    bold = [replace(block, is_bold=True) for block in centred([("The\nplace", "Area", "People")])]
    [table] = [b for b in laid_out([*bold, *centred(SENTENCES[1:], 128)]) if b.cells]
    assert [cell.text for cell in table.cells if cell.is_header] == ["The place", "Area", "People"]


def test_heads_of_two_rows_are_parted_by_white() -> None:
    xs = (72, 200, 300, 400)
    upper = [*row(100, xs, ("", "Share", "Price", "")), text(72, 107, "Place")]
    lower = [*row(115, xs, ("", "in May", "in June", "in July")), text(300, 127, "and later")]
    body = [
        *row(143, xs, ("North", "1.5", "2.5", "9")),
        *row(158, xs, ("South", "3.5", "4.5", "8")),
    ]
    rules = [level(y, 72, 470) for y in (97, 140, 172)]
    [table] = tables([*upper, *lower, *body], rules)
    assert table[0] == ["Place", "Share", "Price", ""]
    assert table[1] == ["", "in May", "in June and later", "in July"]


def test_a_caption_in_two_pieces_is_no_head() -> None:
    caption = [text(72, 84, "Table 1:"), text(200, 84, "Where people live")]
    body = [HEAD, ("North", "12.5", "140"), ("South", "7.5", "96"), ("West", "1.5", "12")]
    rules = [level(y, 72, 400) for y in (97, 113, 161)]
    assert tables([*caption, *centred(body)], rules) == [said(body)]


def test_a_head_that_was_run_together_belongs_to_the_table() -> None:
    body = [("North", "12.5", "140"), ("South", "7.5", "96"), ("West", "1.5", "12")]
    edges = ((72, 90), (93, 190), (200, 240), (300, 340))
    head = replace(text(72, 84, "The place Area People"), box=Box(72, 84, 340, 94), words=edges)
    rules = [level(y, 72, 400) for y in (97, 113, 129, 145)]
    [table] = tables([head, *centred(body)], rules)
    assert table == [["The place", "Area", "People"], *said(body)]


def test_a_head_that_was_run_together_belongs_to_a_table_without_rules() -> None:
    body = [(f"Kind {n}", f"{n}.5", f"{9 - n}") for n in range(6)]
    edges = ((72, 90), (93, 190), (200, 240), (300, 340))
    head = replace(text(72, 86, "The place Area People"), box=Box(72, 86, 340, 96), words=edges)
    assert tables([head, *centred(body)]) == [[["The place", "Area", "People"], *said(body)]]


PAIRS = [("Garden", "With the tools of home"), ("Danger", "By one season"), ("Paper", "a week")]
PAIRS += [("Detail", "majority of all"), ("Tool", "The capital for glass"), ("Rate", "police")]


def pairs(count: int, y: float = 116) -> list[Block]:
    return [
        text(x, y + 16 * n, words)
        for n in range(count)
        for x, words in zip((72, 250), PAIRS[n % len(PAIRS)], strict=True)
    ]


def test_two_columns_of_words_under_a_shaded_bold_head_are_a_table() -> None:
    head = [text(72, 100, "Pain", bold=True), text(250, 100, "Member", bold=True)]
    shade = [Box(68, 97, 250, 113), Box(250, 97, 400, 113)]
    [table] = tables([*head, *pairs(6)], fills=shade)
    assert table == [["Pain", "Member"], *map(list, PAIRS)]


def test_a_table_goes_on_far_below_its_shaded_head() -> None:
    head = [text(72, 100, "Pain", bold=True), text(250, 100, "Member", bold=True)]
    [table] = tables([*head, *pairs(18)], fills=[Box(68, 97, 400, 113)])
    assert len(table) == 19


def test_a_frame_round_many_pairs_of_words_makes_them_a_table() -> None:
    sides = [Box(x, 110, x + 0.5, 305) for x in (68, 400)]
    frame = [level(110, 68, 400), level(305, 68, 400), *sides]
    [table] = tables(pairs(12), frame)
    assert len(table) == 12


def test_labels_of_a_form_between_rules_stay_text() -> None:
    labels = [("ARMY:", "NAVY:", "COAST GUARD:"), ("RANK:", "UNIT:", "YEARS:")]
    assert tables(centred([*labels, *labels]), [level(y, 72, 400) for y in (97, 129, 161)]) == []


def test_prose_in_two_columns_in_a_frame_stays_text() -> None:
    words = "and so the story goes on"
    blocks = [text(x, 100 + 12 * n, words) for n in range(14) for x in (72, 230)]
    sides = [Box(x, 95, x + 0.5, 270) for x in (68, 380)]
    assert tables(blocks, [level(95, 68, 380), level(270, 68, 380), *sides]) == []
