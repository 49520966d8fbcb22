"""Second thoughts about pages, from a program: sync and async."""

import asyncio

import pytest

from pagemill.client import AsyncClient, Client, CorrectionInfo
from pagemill.errors import PagemillError
from web_house import LiveHouse, page_markdown


def test_pages_are_put_right_and_read_again(house: LiveHouse, mill: Client) -> None:
    job = mill.submit(house.pdf)
    house.worker.work_off()
    assert mill.correct(job.id, 2, 0, "by hand", before=page_markdown(2)).state == "processing"
    with pytest.raises(PagemillError, match="meanwhile") as refused:
        mill.correct(job.id, 2, 0, "by foot", before=page_markdown(2))
    assert refused.value.code == "text_changed"
    mill.correct(job.id, 1, 0, "by heart")
    house.worker.work_off()
    assert [one.after for one in mill.corrections(job.id)] == ["by heart", "by hand"]
    assert mill.retry_page(job.id, 2, engine="tesseract").pages.done == 2
    house.worker.work_off()
    assert [(one.after, one.superseded) for one in mill.corrections(job.id, page=2)] == [
        ("by hand", True)
    ]


def test_the_async_client_does_the_same(house: LiveHouse) -> None:
    async def rethink() -> tuple[list[CorrectionInfo], int]:
        async with AsyncClient(house.url) as mill:
            job = await mill.submit(house.pdf)
            await asyncio.to_thread(house.worker.work_off)
            await mill.correct(job.id, 1, 0, "by hand")
            return await mill.corrections(job.id), (await mill.retry_page(job.id, 1)).pages.done

    (one,), done = asyncio.run(rethink())
    assert ((one.page, one.block, one.after), done) == ((1, 0, "by hand"), 2)
