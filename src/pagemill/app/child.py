"""The child process: `python -m pagemill.app.child <descriptor> <parent's process id>`.

Starts in a fraction of a second: nothing is imported before the first task that it may not need.
"""

import os
import socket
import sys
import tempfile
from pathlib import Path

import msgspec

from pagemill.app.child_config import ChildConfig
from pagemill.app.clock import SystemClock
from pagemill.app.plugins import registry_of
from pagemill.documents import PageOpener
from pagemill.engines.regions import PageRegions
from pagemill.layout import arrange
from pagemill.outputs import all_outputs
from pagemill.ports import Picture, Tools
from pagemill.shelf import LocalShelf
from pagemill.work.child import die_with_parent, fence_memory, leave_signals_to_parent, serve
from pagemill.work.wire import Channel, Hello

JPEG_QUALITY = 85


def main() -> None:
    descriptor, parent_pid = int(sys.argv[1]), int(sys.argv[2])
    die_with_parent(parent_pid)
    leave_signals_to_parent()
    channel = Channel(socket.socket(fileno=descriptor))
    hello = channel.receive()
    if not isinstance(hello, Hello):
        return
    config = msgspec.convert(hello.config, ChildConfig)
    os.nice(config.nice)
    fence_memory(config.fence_mb << 20)
    serve(channel, build_tools(config), jpeg)


def build_tools(config: ChildConfig) -> Tools:
    return Tools(
        shelf=LocalShelf(Path(config.shelf)),
        documents=PageOpener(config.max_page_pixels),
        engines=registry_of(config.engine, config.plugins, config.ocr_runtime),
        outputs=all_outputs(),
        arrange=arrange,
        clock=SystemClock(),
        max_pages=config.max_pages,
        scratch=Path(tempfile.gettempdir()),
        regions=PageRegions(config.ocr_runtime),
    )


def jpeg(picture: Picture) -> bytes:
    """The picture as a baseline JPEG."""
    import io  # noqa: PLC0415  only the child that draws for people needs these

    from PIL import Image  # noqa: PLC0415

    buffer = io.BytesIO()
    Image.fromarray(picture.pixels).save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
