"""The house as people's programs use it: ledger, shelf, bell and service, wired from settings."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from pagemill.app.child_config import ChildConfig
from pagemill.app.clock import SystemClock
from pagemill.app.indexes import open_index
from pagemill.app.ledgers import LEDGER, bounds_of, open_bell, open_settings_ledger
from pagemill.app.plugins import registry_of
from pagemill.app.unfinished import refuse_unfinished
from pagemill.engines import EngineRegistry
from pagemill.layout import arrange
from pagemill.model.document import document_folders
from pagemill.model.options import Choices
from pagemill.outputs import all_outputs, page_markdown
from pagemill.ports import Clock, DoorBell, Ledger, Shelf
from pagemill.service import Limits, Office, Service
from pagemill.settings import MB, Settings
from pagemill.shelf import LocalShelf
from pagemill.traces import open_tracer
from pagemill.work.viewer import ChildViewer

SHELF, SCRATCH = "shelf", "tmp"
NODE_SILENCE_HEARTBEATS = 3
FENCE_TIMES = 2  # an allocation past this many times the memory limit fails inside the child

__all__ = [
    "LEDGER",
    "SCRATCH",
    "SHELF",
    "House",
    "SystemClock",
    "open_house",
    "open_settings_ledger",
    "shelf_folder",
]


@dataclass(frozen=True, slots=True)
class House:
    """`close` it at the end. Everything in it may be used from many threads."""

    settings: Settings
    ledger: Ledger
    shelf: Shelf
    bell: DoorBell
    clock: Clock
    service: Service
    office: Office
    viewer: ChildViewer

    def close(self) -> None:
        self.service.tracer.close()
        if self.service.index is not None:
            self.service.index.close()
        self.viewer.close()
        self.bell.close()
        self.ledger.close()


def open_house(settings: Settings) -> House:
    """Makes the data folder and migrates the ledger where needed. Commits are durable: what people
    are told survives a power cut. Raises `ledger_newer`, `ledger_busy`, `ledger_unusable`,
    `disk_full`, `invalid_options`.
    """
    prepare_data(settings)
    ledger = open_settings_ledger(settings, SystemClock(), durable=True)
    clock = ledger.clock
    shelf = LocalShelf(shelf_folder(settings), document_folders())
    bell = open_bell(settings)
    viewer = ChildViewer(child_config(settings).spec, settings.page_timeout_seconds, clock)
    service = Service(
        ledger=ledger,
        shelf=shelf,
        bell=bell,
        clock=clock,
        choices=choices(settings),
        viewer=viewer,
        arrange=arrange,
        mark=page_markdown,
        limits=Limits(
            max_upload_bytes=settings.max_upload_mb * MB,
            node_silence_ms=round(1000 * settings.heartbeat_seconds * NODE_SILENCE_HEARTBEATS),
            batch=settings.queue_batch_size,
        ),
        default_outputs=tuple(name.strip() for name in settings.outputs.split(",") if name.strip()),
        tracer=open_tracer(is_on=settings.traces),
        index=open_index(settings),
    )
    office = Office(
        ledger.people,
        clock,
        secrets.token_urlsafe,
        defaults=bounds_of(settings).user,
        max_running=settings.user_max_running,
        page_seconds=settings.page_timeout_seconds,
        default_running=settings.workers,
    )
    return House(settings, ledger, shelf, bell, clock, service, office, viewer)


def prepare_data(settings: Settings) -> Path:
    """The data folder, absolute and there. Raises `restore_unfinished`."""
    data = settings.data.absolute()
    data.mkdir(parents=True, exist_ok=True)
    refuse_unfinished(data)
    return data


def shelf_folder(settings: Settings) -> Path:
    """Where the bytes lie: in the data folder, or where several machines see them."""
    return (settings.shelf or settings.data / SHELF).absolute()


def engines_of(settings: Settings) -> EngineRegistry:
    return registry_of(settings.engine, settings.plugins, settings.ocr_runtime)


def choices(settings: Settings) -> Choices:
    return Choices(engines=engines_of(settings).names(), outputs=list(all_outputs()))


def child_config(settings: Settings, nice: int = 0) -> ChildConfig:
    return ChildConfig(
        shelf=str(shelf_folder(settings)),
        engine=settings.engine,
        plugins=settings.plugins,
        max_pages=settings.max_pages,
        max_page_pixels=settings.max_page_pixels,
        fence_mb=FENCE_TIMES * settings.child_memory_mb,
        nice=nice,
        ocr_runtime=settings.ocr_runtime,
    )
