"""The HTTP side of the house: routes, problems and live streams over the service."""

from pagemill.web.config import SettingLine, WebConfig
from pagemill.web.server import build_web, end_streams

__all__ = ["SettingLine", "WebConfig", "build_web", "end_streams"]
