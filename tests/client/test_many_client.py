"""Many jobs at once through the client, sync and async."""

import asyncio
from pathlib import Path
from zipfile import ZipFile

from pagemill.client import AsyncClient, Client
from web_house import LiveHouse


def test_many_jobs_take_one_order_and_give_one_archive(
    house: LiveHouse, mill: Client, tmp_path: Path
) -> None:
    done = [mill.submit(house.pdf, filename=f"{n}.pdf").id for n in range(2)]
    house.worker.work_off()
    waiting = [mill.submit(house.pdf, filename=f"w{n}.pdf").id for n in range(201)]
    told = mill.order("pause", [*waiting, done[0]])
    assert told.done == waiting
    assert [(one.job, one.code) for one in told.refused] == [(done[0], "invalid_state")]
    assert mill.order_matching("priority", states=["paused"], priority=3).done == waiting[::-1]
    assert mill.get(waiting[0]).priority == 3
    with ZipFile(mill.archives(tmp_path / "all.zip", states=["completed"])) as archive:
        assert archive.namelist() == ["1.md", "0.md"]

    async def again() -> None:
        async with AsyncClient(house.url) as other:
            some = await other.order("cancel", waiting[:3])
            rest = await other.order_matching("delete", name="W", before=waiting[9])
            path = await other.archives(tmp_path / "one.zip", done[:1], outputs=["markdown"])
            assert (some.done, rest.done) == (waiting[:3], waiting[:9][::-1])
            with ZipFile(path) as archive:
                assert archive.namelist() == ["0.md"]

    asyncio.run(again())
