"""Text as no word processor writes it: drawn twice, letter by letter, in no order, turned, too
small to see.
"""

import random

import pytest

from drawn_pdfs import WIDTHS, Read, drawn_pdf, has_edges_for_each_word, letters, say, texts
from pagemill.documents.pdf import lines as pdf_lines
from pagemill.documents.pdf import order as pdf_order
from pagemill.documents.pdf import pdfium
from pagemill.documents.pdf import segments as pdf_segments
from pagemill.documents.pdf import text as pdf_text

# ---------------------------------------------------------------- drawn twice


@pytest.mark.parametrize("shift", [(0, 0), (0.3, 0), (1.5, -1.5)])
def test_text_drawn_again_for_boldness_or_as_a_shadow_is_read_once(
    read: Read, shift: tuple[float, float]
) -> None:
    lines = [("A heading", 700), ("and words", 680), ("again words", 660), ("last words", 640)]
    once = "".join(say(text, 72, y, 14) for text, y in lines)
    again = "".join(say(text, 72 + shift[0], y + shift[1], 14) for text, y in lines)
    assert texts(read(drawn_pdf(once + again))) == [text for text, _ in lines]


def test_a_page_drawn_twice_is_read_once(read: Read) -> None:
    page = "".join(say(f"line {n} of the page", 72, 780 - 12 * n) for n in range(60))
    assert texts(read(drawn_pdf(page * 2))) == [f"line {n} of the page" for n in range(60)]


def test_text_that_is_drawn_twice_a_little_apart_is_bold(read: Read) -> None:
    lines = "".join(
        say(f"line {n}", 72 + shift, 700 - 14 * n) for shift in (0, 0.4) for n in range(50)
    )
    assert all(line.is_bold for line in read(drawn_pdf(lines)).lines)


def test_doubled_letters_and_words_are_no_twins(read: Read) -> None:
    said = "that that is is 1111 ll ff oo"
    assert texts(read(drawn_pdf(say(said, 72, 700)))) == [said]
    assert texts(read(drawn_pdf("".join(letters(said, 72, 700))))) == [said]
    cells = say("0", 72, 700) + say("0", 90, 700) + say("0", 72, 688) + say("0", 90, 688)
    assert texts(read(drawn_pdf(cells))) == ["0"] * 4


def test_twins_are_found_without_comparing_all_with_all(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [0]
    is_twin = pdf_segments._is_twin

    def counted(one: pdf_segments.Segment, other: pdf_segments.Segment) -> bool:
        steps[0] += 1
        return is_twin(one, other)

    monkeypatch.setattr(pdf_segments, "_is_twin", counted)
    same = "".join(say("same", 30 + 60 * (n % 9), 780 - 10 * (n // 9)) for n in range(600))
    assert len(texts(read(drawn_pdf(same)))) == 600
    assert steps[0] < 2400


# ---------------------------------------------------------------- letter by letter


def test_letters_drawn_one_by_one_join_to_words(read: Read) -> None:
    (line,) = read(drawn_pdf("".join(letters("The quick brown fox jumps", 72, 700)))).lines
    assert line.text == "The quick brown fox jumps"
    assert has_edges_for_each_word(line)
    assert line.words[1][0] == pytest.approx(92, abs=1.5)


TRACKED = " -400 ".join(f"({c})" for c in "HEADING ONE")


@pytest.mark.parametrize(
    "drawn",
    [
        say("H E A D I N G   O N E", 72, 700, 14),
        "".join(letters("HEADING ONE", 72, 700, 14, pitch=16)),
        f"BT /F1 14 Tf 9 Tc 72 700 Td (HEADING ONE) Tj ET {say('text', 72, 600)}",
        f"BT /F1 14 Tf 72 700 Td [{TRACKED}] TJ ET",
    ],
)
def test_spaced_out_letters_are_words(read: Read, drawn: str) -> None:
    lines = [line for line in read(drawn_pdf(drawn)).lines if line.text != "text"]
    assert " ".join(line.text for line in lines) == "HEADING ONE"
    assert all(has_edges_for_each_word(line) for line in lines)


@pytest.mark.parametrize(("tracking", "jump"), [(1.0, 0.6), (1.4, 0.6), (1.6, 0.9), (2.0, 0.3)])
def test_a_gap_a_little_wider_than_those_of_spaced_letters_parts_no_word(
    read: Read, tracking: float, jump: float
) -> None:
    drawn, x = "", 72.0
    for char in "United States":
        drawn += say(char, round(x, 2), 700, 12) if char != " " else ""
        x += WIDTHS.get(char, 556) * 0.012 + tracking + (jump if char == "e" else 0)
    (line,) = read(drawn_pdf(drawn)).lines
    assert line.text == "United States"
    assert has_edges_for_each_word(line)


def tight(first: str, jump: int, second: str, tracking: float) -> bytes:
    """Two parts of a line, thousandths of an em apart beyond the tracking."""
    said = f"[({first}) {-jump} ({second})] TJ"
    return drawn_pdf(f"BT /F1 28 Tf {tracking} Tc 72 700 Td {said} ET")


def test_words_of_large_type_set_tight_have_the_blank_that_one_sees(read: Read) -> None:
    (line,) = read(tight("Testing", 170, "Document", -1)).lines
    assert line.text == "Testing Document"
    assert has_edges_for_each_word(line)
    assert line.words[1][0] - line.words[0][1] == pytest.approx(3.8, abs=0.5)


@pytest.mark.parametrize(
    ("first", "jump", "second", "tracking"),
    [
        ("Test", 60, "ing", -1),
        ("AW", 120, "AY again", 0),
        ("No", 170, "1", -1),
        ("Tr", 90, "ip", 1),
    ],
)
def test_a_wide_gap_between_letters_of_a_word_stays_one(
    read: Read, first: str, jump: int, second: str, tracking: float
) -> None:
    assert texts(read(tight(first, jump, second, tracking))) == [first + second]


@pytest.mark.parametrize(
    "said", ["A B C D E F", "X X X X X", "a b c x", "1 2 3 4 5 6", "a + b = c", "N S E W"]
)
def test_single_letters_that_are_no_word_stay_apart(read: Read, said: str) -> None:
    found = " ".join(texts(read(drawn_pdf(say(said, 72, 700)))))
    assert found == said if said != "N S E W" else "NSEW"


# ---------------------------------------------------------------- in no order


def test_letters_in_no_order_are_put_in_order(read: Read) -> None:
    said = ["The quick brown fox jumps", "over a lazy dog", "in every line of text"]
    drawn = [one for n, text in enumerate(said) for one in letters(text, 72, 700 - 14 * n)]
    random.Random(4).shuffle(drawn)
    sideways = "BT /F1 10 Tf 0 1 -1 0 40 300 Tm (along the edge) Tj ET"
    native = read(drawn_pdf("".join(drawn) + sideways))
    assert texts(native) == [*said, "along the edge"]
    assert all(map(has_edges_for_each_word, native.lines[:3]))


def test_letters_in_no_order_in_two_columns_stay_in_their_columns(read: Read) -> None:
    drawn = [
        one
        for n in range(5)
        for x, text in ((72, "left words"), (300, "right words"))
        for one in letters(text, x, 700 - 14 * n)
    ]
    random.Random(4).shuffle(drawn)
    assert texts(read(drawn_pdf("".join(drawn)))) == ["left words", "right words"] * 5


def test_a_table_of_single_letters_keeps_the_order_of_the_file(read: Read) -> None:
    cells = [(x, y) for x in range(72, 400, 40) for y in range(700, 600, -14)]
    drawn = "".join(say("x", x, y) for x, y in cells)
    found = [(round(line.box.x0), line.text) for line in read(drawn_pdf(drawn)).lines]
    assert found == [(x, "x") for x, _ in cells]


# ---------------------------------------------------------------- turned, tiny, raised


@pytest.mark.parametrize(
    ("matrix", "turn"),
    [
        ("1 0 0 1 300 300", 0),
        ("0 -1 1 0 300 300", 1),
        ("-1 0 0 -1 300 300", 2),
        ("0 1 -1 0 300 300", 3),
        ("0.7 0.7 -0.7 0.7 300 300", 4),
    ],
)
def test_a_line_says_how_its_text_is_turned(read: Read, matrix: str, turn: int) -> None:
    (line,) = read(drawn_pdf(f"BT /F1 10 Tf {matrix} Tm (turned words) Tj ET")).lines
    assert (line.text, line.turn) == ("turned words", turn)
    assert bool(line.words) == (turn == 0)


def test_sideways_and_upright_text_that_cross_stay_apart(read: Read) -> None:
    sideways = "BT /F1 10 Tf 0 1 -1 0 100 650 Tm (along the edge of the page) Tj ET"
    found = texts(read(drawn_pdf(say("upright words that go on and on", 72, 700) + sideways)))
    assert found == ["upright words that go on and on", "along the edge of the page"]


def test_sizes_below_nothing_are_turned_text_and_unseen_sizes_are_left_out(read: Read) -> None:
    odd = "BT /F1 -10 Tf 300 600 Td (upside down) Tj ET " + say("zero", 72, 500, 0)
    native = read(drawn_pdf(odd + say("specks", 72, 400, 0.01) + say("words", 72, 300)))
    assert [(line.text, line.font_size, line.turn) for line in native.lines] == [
        ("upside down", 10.0, 2),
        ("words", 10.0, 0),
    ]


def test_a_raised_mark_stays_in_its_line(read: Read) -> None:
    raised = (
        "BT /F1 10 Tf 72 700 Td (A word) Tj /F1 6 Tf 4 Ts (12) Tj /F1 10 Tf 0 Ts ( goes on) Tj ET"
    )
    assert texts(read(drawn_pdf(raised))) == ["A word12 goes on"]
    apart = say("A word", 72, 700) + say("12", 104, 704, 6) + say("goes on", 114, 700)
    assert texts(read(drawn_pdf(apart))) == ["A word12 goes on"]


@pytest.mark.parametrize("is_first", [True, False])
def test_an_initial_belongs_to_the_first_of_its_lines(read: Read, is_first: bool) -> None:
    initial = say("T", 72, 680, 40)
    lines = say("his is the first line", 100, 702) + say("and the second line", 100, 690)
    native = read(drawn_pdf(initial + lines if is_first else lines + initial))
    assert sorted(texts(native)) == ["This is the first line", "and the second line"]
    first = next(line for line in native.lines if line.text.startswith("This"))
    assert (round(first.box.x0), first.font_size) == (72, 10)
    assert first.box.height < 15


# ---------------------------------------------------------------- very much


def test_no_more_characters_are_read_than_the_limit_and_each_costs_a_few_calls(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [0]

    def counted(name: str) -> None:
        function = getattr(pdfium, name)

        def count(*args: int) -> object:
            calls[0] += 1
            return function(*args)

        monkeypatch.setattr(pdfium, name, count)

    for name in (
        "char_box",
        "char_object",
        "char_is_unmapped",
        "char_code",
        "matrix_at",
        "fill_of",
    ):
        counted(name)
    monkeypatch.setattr(pdf_text, "MAX_CHARACTERS", 3000)
    page = "".join(say("words " * 20, 30, 780 - n % 75 * 10) for n in range(75))
    native = read(drawn_pdf(page))
    assert 2000 < native.characters <= 3000
    assert calls[0] < 4 * 3000


def test_pieces_on_one_spot_are_joined_in_steps_in_proportion(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [0]
    joined = pdf_lines._joined

    def counted(*both: pdf_segments.Segment) -> pdf_segments.Segment | None:
        steps[0] += 1
        return joined(*both)

    monkeypatch.setattr(pdf_lines, "_joined", counted)
    heap = "".join(say(f"w{n}", 72 + n % 7, 700 + n % 5, 40) for n in range(800))
    read(drawn_pdf(heap))
    assert steps[0] < 800 * 40


def test_a_page_of_letters_in_no_order_is_sorted_and_not_searched(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [0]
    taken = pdf_order._taken
    monkeypatch.setattr(
        pdf_order, "_taken", lambda *a: asked.__setitem__(0, asked[0] + 1) or taken(*a)
    )
    drawn = [one for n in range(40) for one in letters("some words in a line", 72, 780 - 12 * n)]
    random.Random(2).shuffle(drawn)
    assert texts(read(drawn_pdf("".join(drawn)))) == ["some words in a line"] * 40
    assert asked[0] == 1


def test_letters_drawn_aslant_are_italic(read: Read) -> None:
    slanted = "BT /F1 10 Tf 1 0 0.3 1 72 700 Tm (drawn aslant) Tj 1 0 0 1 72 680 Tm (upright) Tj ET"
    assert [line.is_italic for line in read(drawn_pdf(slanted)).lines] == [True, False]
