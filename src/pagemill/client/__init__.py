"""The typed client of the native API, sync and async.

    with Client("http://127.0.0.1:8000") as mill:
        job = mill.wait(mill.submit("scan.pdf").id)
        print(mill.page_markdown(job.id, 1))

A server that asks for tokens gets `Client(url, token="pm_...")`. Lost connections and a busy server
are borne with for `patience_seconds`; what the server refuses is raised as `PagemillError` with the
server's code and, where it named one, the time until the next try in `retry_after`.
"""

from pagemill.client.aio import AsyncClient
from pagemill.client.answers import (
    EventInfo,
    GoneInfo,
    HelloInfo,
    HitInfo,
    JobInfo,
    JobList,
    KnownInfo,
    OutputInfo,
    PageInfo,
    PieceInfo,
    QueueInfo,
    SearchInfo,
)
from pagemill.client.keeping import (
    AdviceInfo,
    CleanedInfo,
    HistoryInfo,
    HouseInfo,
    SettingInfo,
    StretchInfo,
)
from pagemill.client.many import OrdersInfo, RefusalInfo
from pagemill.client.operator_answers import (
    DeadLetterInfo,
    DeadLetterList,
    EngineInfo,
    OrderInfo,
    ReasonInfo,
    RequeuedInfo,
    StopInfo,
    WorkerInfo,
    WorkInfo,
)
from pagemill.client.plain import Client
from pagemill.client.revisions import CorrectionInfo

__all__ = [
    "AdviceInfo",
    "AsyncClient",
    "CleanedInfo",
    "Client",
    "CorrectionInfo",
    "DeadLetterInfo",
    "DeadLetterList",
    "EngineInfo",
    "EventInfo",
    "GoneInfo",
    "HelloInfo",
    "HistoryInfo",
    "HitInfo",
    "HouseInfo",
    "JobInfo",
    "JobList",
    "KnownInfo",
    "OrderInfo",
    "OrdersInfo",
    "OutputInfo",
    "PageInfo",
    "PieceInfo",
    "QueueInfo",
    "ReasonInfo",
    "RefusalInfo",
    "RequeuedInfo",
    "SearchInfo",
    "SettingInfo",
    "StopInfo",
    "StretchInfo",
    "WorkInfo",
    "WorkerInfo",
]
