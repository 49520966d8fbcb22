"""Engines: what reads a page, and the choice between them.

Importing this package, and making a registry, loads no model and none of the libraries that run
one.
"""

from pagemill.engines.registry import EngineRegistry

__all__ = ["EngineRegistry"]
