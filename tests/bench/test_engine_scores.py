from pathlib import Path

import pytest

from engine_pages import Page
from engine_scores import CHOSEN, DEFAULT, accuracy, costs, goals, of_group, scores_of
from engine_sides import PROGRAM, STOCK, Spent
from growth import Walk

TRUTH = "one two three four five six seven eight nine ten"
SCAN = Page(Path("scan.png"), "scans", TRUTH)
LAYER = Page(Path("layer.png"), "scans", TRUTH, is_ordered=False)
GERMAN = Page(Path("de.png"), "accented", TRUTH, language="de", packs="deu")
POLISH = Page(Path("pl.png"), "accented", TRUTH, language="pl", packs="eng")
HALF = "one two three four five"


def spent(texts, cpu=1.0, cold=1.0, peak_mb=100.0):
    return Spent(wall=2.0, cpu=cpu, peak_mb=peak_mb, cold=(cold, 0.9), texts=texts)


def cells(table, row):
    """The cells of the row that begins so, but its first."""
    (line,) = (line for line in table.splitlines() if line.startswith(f"| {row} "))
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def test_a_text_whose_order_is_not_known_counts_by_its_words_alone():
    backwards = " ".join(reversed(TRUTH.split()))
    means = of_group(scores_of(spent({SCAN: TRUTH, LAYER: backwards}), is_markdown=False), "scans")
    assert (means.word_f1, means.cer) == (1.0, 0.0)


def test_marks_of_markdown_are_no_errors_of_ours():
    text = f"# {TRUTH}"
    assert of_group(scores_of(spent({SCAN: text}), is_markdown=True), "scans").cer == 0.0
    (raw,) = scores_of(spent({SCAN: f"**{TRUTH}**"}), is_markdown=False).values()
    assert raw.cer


def test_costs_are_told_beside_stock_with_their_goals():
    pages = {SCAN: TRUTH, LAYER: TRUTH}
    told = costs({DEFAULT: spent(pages, cpu=2.0, cold=1.6), STOCK: spent(pages, cpu=13.0)})
    cpu, times, speed, size, start, its_cpu = cells(told, DEFAULT)
    assert (cpu, times, speed) == ("1.00", "6.50 (>= 6: yes)", "1.00")
    assert (size, start, its_cpu) == ("100 (<= 800: yes)", "1.60 (<= 1.5: NO)", "0.90")
    assert cells(told, STOCK) == ["6.50", "1.00", "1.00", "100", "1.00", "0.90"]


def test_accuracy_is_told_for_every_side_and_group():
    scores = {DEFAULT: scores_of(spent({SCAN: TRUTH, GERMAN: HALF}), is_markdown=True)}
    told = accuracy(scores)
    assert "scans (1)" in told.splitlines()[0]
    assert cells(told, DEFAULT)[0] == "1.000 / 0.000"
    assert cells(told, DEFAULT)[1].startswith("0.667 / ")


def test_goals_are_judged_for_the_default_and_the_choice():
    good, bad = {SCAN: TRUTH}, {SCAN: HALF}
    sides = {DEFAULT: good, CHOSEN: bad, STOCK: good}
    told = goals({name: scores_of(spent(t), is_markdown=False) for name, t in sides.items()})
    assert cells(told, "CER, scans")[0] == "0.000 (<= 0.016: yes)"
    assert cells(told, "CER, scans")[1].endswith("(<= 0.016: NO)")
    beside = cells(told, f"word F1, scans, beside {STOCK}")
    assert beside == ["1.000 (>= 0.995: yes)", "0.667 (>= 0.995: NO)"]


def test_tesseract_is_the_peer_only_where_it_has_the_pack():
    ours = spent({GERMAN: TRUTH, POLISH: HALF})
    sides = {DEFAULT: ours, STOCK: ours, PROGRAM: spent({GERMAN: TRUTH, POLISH: TRUTH})}
    told = goals({name: scores_of(used, is_markdown=False) for name, used in sides.items()})
    assert cells(told, f"word F1, accented, beside {PROGRAM}") == ["1.000 (>= 0.995: yes)"]


@pytest.mark.parametrize(
    ("late", "growth"), [(200.0, 0.0), (220.0, 10.0), (150.0, -25.0)], ids=["flat", "up", "down"]
)
def test_growth_is_from_the_middle_to_the_end(late, growth):
    walk = Walk([100.0] * 10 + [200.0] * 40 + [900.0] * 40 + [late] * 10, 900.0)
    assert walk.growth() == pytest.approx(growth)
    assert walk.at_marks() == [200.0, 200.0, 900.0, 900.0, late]
