"""What any ledger says to those who are about to send many files."""

from collections.abc import Callable

from ledger.desk import Desk, Kit


class Known:
    def test_jobs_are_found_by_their_idempotency_keys(self, desk: Desk) -> None:
        sent = {f"key-{number}": desk.submit(key=f"key-{number}").id for number in range(3)}
        desk.submit()
        found = desk.ledger.contents.jobs_of_keys("local", [*sent, "never-sent"])
        assert found == sent
        assert desk.ledger.contents.jobs_of_keys("local", []) == {}

    def test_a_key_of_somebody_else_finds_nothing(self, desk: Desk) -> None:
        desk.submit(user_id="ann", key="key")
        assert desk.ledger.contents.jobs_of_keys("bob", ["key"]) == {}

    def test_a_thousand_keys_are_asked_for_at_once(self, desk: Desk) -> None:
        job = desk.submit(key="here")
        keys = [f"ingest:{number:064x}:0123456789abcdef" for number in range(999)]
        assert desk.ledger.contents.jobs_of_keys("local", [*keys, "here"]) == {"here": job.id}

    def test_a_ledger_keeps_its_id_and_no_other_has_it(
        self, kit: Kit, make_kit: Callable[[], Kit]
    ) -> None:
        ids = []
        for of in (kit, kit, make_kit()):
            desk = Desk(of)
            ids.append(desk.ledger.contents.ledger_id())
            desk.close()
        assert len(ids[0]) == 32
        assert ids[0] == ids[1] != ids[2]
