"""Pagemill: a document OCR job server that never loses a page."""

__version__ = "0.1.0"
