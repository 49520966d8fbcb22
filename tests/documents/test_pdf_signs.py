"""What the signs of a text layer stand for: accents, bullets, letters from right to left."""

import numpy as np
import pytest

from drawn_pdfs import Read, drawn_pdf, has_edges_for_each_word, mapped, say, texts
from pagemill.documents.pdf.rtl import logical
from pagemill.documents.pdf.text import Characters

# ---------------------------------------------------------------- signs


LATIN = "<61> <7a> <0061>"


@pytest.mark.parametrize(
    ("letter", "said"),
    [
        ("<7b> <7b> <006600660069>", "affib"),
        ("<7b> <7b> <FB03>", "affib"),
        ("<7b> <7b> <00AD>", "ab"),
        ("<7b> <7b> <200B>", "ab"),
        ("<7b> <7b> <FEFF>", "ab"),
        ("<7b> <7b> <00A0>", "a b"),
        ("<7b> <7b> <0092>", "a\u2019b"),
        ("<7b> <7b> <F8EB>", "a\u239bb"),
        ("<7b> <7b> <D83DDE00>", "a\U0001f600b"),
    ],
)
def test_each_sign_becomes_what_a_reader_sees(read: Read, letter: str, said: str) -> None:
    (line,) = read(mapped(say("a{b", 72, 700), LATIN, letter)).lines
    assert line.text == said
    assert has_edges_for_each_word(line)


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        (
            say("gr", 72, 700) + say("{", 81.5, 700) + say("o", 80.9, 700) + say("e", 86.5, 700),
            "gröe",
        ),
        (say("gro", 72, 700) + say("{", 81.5, 700) + say("e", 86.5, 700), "gröe"),
        ("BT /F1 10 Tf 72 700 Td [(gr{) 400 (oe)] TJ ET", "gröe"),
        (say("mef", 72, 700) + say("{", 85.5, 700) + say("g", 88.7, 700), "mef\u0308g"),
        (say("m", 72, 700) + say("{", 80.5, 700) + say("f", 81, 700), "mf\u0308"),
        (say("gr{ oe", 72, 700), "gr\xa8 oe"),
        (say("gr+", 72, 700) + say("{", 82.5, 700), "gr+\xa8"),
    ],
)
def test_accents_drawn_over_their_letters_are_put_on_them(
    read: Read, drawn: str, said: str
) -> None:
    (line,) = read(mapped(drawn, LATIN, "<7b> <7b> <00A8>")).lines
    assert line.text == said
    assert has_edges_for_each_word(line)


# ---------------------------------------------------------------- right to left


def hebrew(content: str) -> bytes:
    """The letters a, b, c... stand for alef, bet, gimel..."""
    return mapped(content, "<61> <7a> <05D0>")


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        (say("fed cba", 72, 700), "אבג דהו"),
        (say("cba", 150, 700) + say("fed", 130, 700) + say("ihg", 110, 700), "אבג דהו זחט"),
        (say("fed XYZ Q cba", 72, 700), "אבג XYZ Q דהו"),
        (say("123 fed cba", 72, 700), "אבג דהו 123"),
        ("".join(say(c, 150 - 5.6 * n, 700) for n, c in enumerate("abcde")), "אבגדה"),
    ],
)
def test_words_from_right_to_left_come_as_they_are_read(read: Read, drawn: str, said: str) -> None:
    (line,) = read(hebrew(drawn)).lines
    assert line.text == said
    assert has_edges_for_each_word(line)
    first, *_, last = line.words if len(line.words) > 1 else (line.words[0], line.words[0])
    assert first[0] >= last[0]


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        (r"\(fed\) cba", "אבג (דהו)"),
        (r"fed \(XYZ\) cba", "אבג (XYZ) דהו"),
        (r"fed [XYZ] cba", "אבג [XYZ] דהו"),
        (r"ihg fed \(XYZ Q\) cba", "אבג (XYZ Q) דהו זחט"),
        ("fed .XYZ cba", "אבג XYZ. דהו"),
        ("ihg fed .Q XYZ cba", "אבג Q XYZ. דהו זחט"),
        ("fed 1.5 cba", "אבג 1.5 דהו"),
        (r"fed \(12\) cba", "אבג (12) דהו"),
        (r"\(fed cba", "אבג דהו)"),
    ],
)
def test_brackets_and_stops_next_to_latin_words_stand_where_they_are_read(
    read: Read, drawn: str, said: str
) -> None:
    (line,) = read(hebrew(say(drawn, 72, 700))).lines
    assert line.text == said
    assert has_edges_for_each_word(line)


def test_a_bracket_that_pdfium_gave_to_the_word_before_goes_to_the_one_it_touches() -> None:
    """As browsers write Hebrew: PDFium puts the blank behind the bracket."""
    text, x = "אב) גד( הו", [95, 90, 80, 85, 75, 70, 65, 60, 55, 50]
    count = len(text)
    no, upright = np.zeros(count, np.bool_), np.zeros(count, np.int8)
    chars = Characters(
        text,
        np.array([(left, 0.0, left + 5, 10.0) for left in x]),
        np.array([char != " " for char in text]),
        np.full(count, 10.0),
        no,
        no,
        no,
        np.zeros(count, np.int32),
        no,
        upright,
        np.full(count, "", np.object_),
        unmapped=0,
    )
    assert logical(chars).text == "אב )גד( הו"


def test_letters_from_right_to_left_that_say_what_they_are_come_as_they_are_read(
    read: Read,
) -> None:
    """As browsers write Arabic: letters from left to right, each with its actual text."""

    def word(codes: list[int], x: float) -> str:
        spans = "".join(f"/Span <</ActualText <FEFF{c:04X}>>> BDC (x) Tj EMC " for c in codes)
        return f"BT /ReversedChars BMC /F1 10 Tf {x} 700 Td {spans} EMC ET\n"

    first, second = [0x0629, 0x0628, 0x0639, 0x0627], [0x0646, 0x0635]
    (line,) = read(drawn_pdf(word(first, 150) + word(second, 131))).lines
    assert line.text == "\u0627\u0639\u0628\u0629 \u0635\u0646"
    assert has_edges_for_each_word(line)


# ---------------------------------------------------------------- bullets


def dot(x: float, y: float, r: float = 2, how: str = "f") -> str:
    k = 0.55 * r
    return (
        f"{x + r} {y} m {x + r} {y + k} {x + k} {y + r} {x} {y + r} c "
        f"{x - k} {y + r} {x - r} {y + k} {x - r} {y} c "
        f"{x - r} {y - k} {x - k} {y - r} {x} {y - r} c "
        f"{x + k} {y - r} {x + r} {y - k} {x + r} {y} c {how}\n"
    )


@pytest.mark.parametrize(
    "bullet",
    [dot(76, 703), dot(76, 703, how="S"), "74 701 4 4 re f\n"],
    ids=["disc", "ring", "box"],
)
def test_a_bullet_drawn_as_a_shape_is_the_first_word_of_its_line(read: Read, bullet: str) -> None:
    lower = f"q 1 0 0 1 0 -28 cm {bullet} Q\n"
    said = say("an item", 86, 700) + say("goes on", 86, 686) + say("another", 86, 672)
    native = read(drawn_pdf(bullet + lower + said))
    assert texts(native) == ["• an item", "goes on", "• another"]
    first = native.lines[0]
    assert has_edges_for_each_word(first)
    assert first.box.x0 == pytest.approx(74, abs=0.5)


@pytest.mark.parametrize(
    "drawn",
    [dot(40, 703), dot(76, 709), dot(76, 703, 6), dot(84, 703), dot(200, 703), "70 703 9 2 re f\n"],
    ids=["far", "high", "large", "touching", "after", "dash"],
)
def test_other_shapes_near_a_line_are_no_bullets(read: Read, drawn: str) -> None:
    twice = drawn + f"q 1 0 0 1 0 -28 cm {drawn} Q\n"
    said = say("an item", 86, 700) + say("another", 86, 672)
    assert texts(read(drawn_pdf(twice + said))) == ["an item", "another"]


def test_a_single_shape_and_one_before_a_letter_are_no_bullets(read: Read) -> None:
    assert texts(read(drawn_pdf(dot(76, 703) + say("an item", 86, 700)))) == ["an item"]
    points = dot(76, 703) + say("A", 86, 700) + dot(76, 603) + say("B", 86, 600)
    assert texts(read(drawn_pdf(points))) == ["A", "B"]
