"""What somebody put right by hand is in the outputs in the end, whatever is killed meanwhile."""

import random
import re
import threading

from journeys.nodes import MakeYard, kill
from pagemill.model.event import EventKind
from pagemill.model.job import JobState
from pagemill.ports import CorrectionQuery
from pagemill.service import Wish

PAGES, ROUNDS = 60, 3


def test_no_correction_is_lost_whatever_is_killed(make_yard: MakeYard) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"seed {seed}")
    rng = random.Random(seed)
    with make_yard(max_deaths=50) as yard:
        node = yard.start()
        job = yard.submit([f"Leaf {page} as read" for page in range(1, PAGES + 1)], "count")
        yard.finish(job)
        desk = yard.house.service.revisions
        said: dict[int, str] = {}
        for nth in range(ROUNDS):
            for page in rng.sample(range(1, PAGES + 1), 3):
                text = f"Leaf {page} put right {nth} end"
                desk.correct(job.id, Wish(page, 0, text))
                said[page] = text
                threading.Event().wait(rng.uniform(0.0, 0.2))
            kill(node.pid)
            node.wait()
            late = rng.randint(1, PAGES)
            desk.correct(job.id, Wish(late, 0, f"Leaf {late} put right late end"))
            said[late] = f"Leaf {late} put right late end"
            node = yard.start()
        (done,) = yard.finish(job)
        assert (done.state, done.pages_done) == (JobState.COMPLETED, PAGES)
        found = re.findall(r"Leaf \d+ (?:as read|put right \w+ end)", yard.markdown(job))
        assert found == [said.get(page, f"Leaf {page} as read") for page in range(1, PAGES + 1)]
        history = yard.house.ledger.revisions.corrections(job.id, CorrectionQuery(limit=1000))
        assert len(history) == len(yard.events(job, EventKind.PAGE_CORRECTED)) == 4 * ROUNDS
        assert len(yard.notes()) == PAGES  # nothing was read for it

        again = min(said)
        desk.read_again(job.id, again, "count")
        yard.finish(job)
        assert f"Leaf {again} as read" in yard.markdown(job)
        assert len(yard.notes()) == PAGES + 1
