"""Folders go in and are read while ingest, server, node and workers are killed: the storm of
`bench/storm.py`, in small.
"""

import random
from pathlib import Path

import pytest

from ledgers import KINDS, POSTGRES, places, server_for
from storm import Storm
from storm_checks import findings
from storm_files import deliver

DOCUMENTS = 60
SHARES = (0.2, 0.7)  # of ingest once, mostly, and of reading once


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_has_one_job_and_every_page_is_done_once_whatever_is_killed(
    kind: str, tmp_path: Path
) -> None:
    delivery = deliver(tmp_path / "files", DOCUMENTS, seed=7)
    with server_for([kind]) as server, places(server if kind == POSTGRES else None) as (place,):
        log = tmp_path / "log"
        storm = Storm(delivery, place, log, random.Random(7), SHARES, delay_seconds=0.02, batch=20)
        last = storm.run()
        assert list(findings(delivery, place)) == []
    assert len(storm.moments) == len(SHARES)
    assert last["accepted"] == 0
    assert last["known"] + last["duplicate"] == delivery.jobs + delivery.copies
