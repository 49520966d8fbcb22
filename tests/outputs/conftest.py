from pathlib import Path

import pytest

from pagemill.testing.documents import picture_pdf


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A PDF of one page whose words are only dots."""
    path = tmp_path / "scan.pdf"
    path.write_bytes(picture_pdf(["These words are only dots"]))
    return path
