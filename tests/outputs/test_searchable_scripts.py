"""searchable.pdf in any script: what is found and copied."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outputs.books import book_of
from outputs.found_text import box_of, is_near, poppler_text, problems_of, text_of
from outputs.searchables import PLACE, line, natural, read, searchable
from pagemill.model.page import Box
from pagemill.outputs.searchable_pdf.visual_order import visual


@pytest.mark.parametrize(
    "text",
    [
        "Größe — “déjà vu” ﬁnal €5 (50%)",
        "中文报告 第三页",
        "日本語の請求書",
        "한국어 문서",
        "Ελληνικά и русский",
        "हिन्दी में",
        "Tiếng Việt",
        "😀 and 𠀀𠀁",
    ],
)
def test_any_script_is_found_and_copied(scan: Path, tmp_path: Path, text: str) -> None:
    pdf = searchable(book_of([read(line(text, natural(text)))], scan))
    assert text_of(pdf) == text.replace("ﬁ", "fi")
    assert text in poppler_text(pdf, tmp_path)


@pytest.mark.parametrize(
    "text", ["العربية تُكتب من اليمين", "שלום עולם", "עמוד 12 מתוך 34", "السعر 1,250 ريال"]
)
def test_text_from_right_to_left_is_copied_as_it_is_spoken(scan: Path, text: str) -> None:
    pdf = searchable(book_of([read(line(text, PLACE))], scan))
    assert text_of(pdf) == text
    words = text.split()
    first, last = (box_of(pdf, words[end]) for end in (0, -1))
    assert first.x0 > last.x1
    assert first.x1 == pytest.approx(PLACE.x1, abs=1)


def test_poppler_agrees_about_text_from_right_to_left(scan: Path, tmp_path: Path) -> None:
    text = "العربية تُكتب من اليمين"
    assert text in poppler_text(searchable(book_of([read(line(text))], scan)), tmp_path)


def test_more_rare_characters_than_there_is_room_for_cost_only_themselves(scan: Path) -> None:
    rare = "".join(chr(0x20000 + n) for n in range(3000))
    lines = [
        line(rare[n : n + 60], Box(50, 50 + n / 5, 500, 58 + n / 5)) for n in range(0, 3000, 60)
    ]
    found = text_of(searchable(book_of([read(*lines, line("the end", PLACE))], scan)))
    assert sum(char in found for char in rare) == 2048
    assert "the end" in found


@pytest.mark.parametrize("text", ["", " \n ", "\x00\x0c\u2028", "\u0301", "\ud800", "a\x00b"])
def test_text_without_letters_is_no_trouble(scan: Path, text: str) -> None:
    pdf = searchable(book_of([read(line(text), line("word", Box(100, 300, 200, 312)))], scan))
    assert "word" in text_of(pdf)
    assert problems_of(pdf) == []


@pytest.mark.parametrize(
    "box", [Box(0, 0, 0, 0), Box(-1e9, -1e9, 1e9, 1e9), Box(300, 300, 200, 200), Box(5, 5, 5, 99)]
)
def test_odd_boxes_are_no_trouble(scan: Path, box: Box) -> None:
    pdf = searchable(book_of([read(line("odd", box), line("even"), skew=4.0)], scan))
    assert is_near(box_of(pdf, "even"), PLACE, 12)
    assert problems_of(pdf) == []


@given(st.text(st.sampled_from("ab שלמ عرب 12.,%-+()[]\u0301\u064b€\u200f")))
def test_letters_are_only_moved_and_brackets_turned(text: str) -> None:
    def unturned(found: str) -> list[str]:
        return sorted(found.translate(str.maketrans(")]", "([")))

    assert unturned(visual(text)) == unturned(text)
