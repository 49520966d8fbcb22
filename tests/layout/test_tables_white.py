"""Rows that nothing but white parts, whose cells take several lines."""

from collections.abc import Sequence

from layout.table_sheets import tables, text
from pagemill.model.page import Block

XS = (72, 200, 300)
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
