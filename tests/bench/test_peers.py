import io
from pathlib import Path

import pypdfium2 as pdfium

from library import SAMPLES
from peers import pagemill, scans, seconds_of


def test_scans_are_pictures_without_text_taken_in_turn() -> None:
    with pdfium.PdfDocument(io.BytesIO(scans([SAMPLES / "vicksburg.pdf"], 7))) as pdf:
        assert len(pdf) == 7
        assert [page.get_textpage().count_chars() for page in pdf] == [0] * 7
        assert pdf[0].get_size() == pdf[6].get_size()
        assert (pdf[0].render().to_numpy() == pdf[6].render().to_numpy()).all()


def test_every_command_runs_once_a_turn_and_what_it_wrote_can_be_looked_at() -> None:
    seen = []
    commands = {
        "writes": lambda path, folder: ["cp", str(path), str(folder / "out.pdf")],
        "only looks": lambda path, folder: ["test", "-s", str(path)],
    }
    took = seconds_of(
        commands, b"bytes", 2, lambda name, folder: seen.append((name, len([*folder.iterdir()])))
    )
    assert seen == [("writes", 2), ("only looks", 1), ("only looks", 1), ("writes", 2)]
    assert all(one.seconds > 0 for one in took.values())


def test_settings_go_to_pagemill_alone() -> None:
    line = pagemill(2, "--mode", "best", settings={"PAGEMILL_X": "y"})(Path("a.pdf"), Path("to"))
    assert line[0] == "env"
    assert "PAGEMILL_X=y" in line[1:3]
    assert line[-4:] == ["--workers", "2", "--mode", "best"]
