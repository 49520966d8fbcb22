"""What wakes a waiting agent. Losing a ring costs time, never work."""

from pagemill.bells.fifo import FifoBell

__all__ = ["FifoBell"]
