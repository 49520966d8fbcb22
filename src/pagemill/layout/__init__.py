"""Blocks in reading order: pure geometry over page text, no input, no output.

Engines give lines; `arrange` gives paragraphs, headings and list items. The steps, one file each:
straighten the lines (`skew`), cut the page into columns in reading order (`columns`), join what
stands in one row (`rows`), and join rows into blocks (`blocks`) under the document's `styles`.
A model of page regions would take the place of `columns.regions` and of nothing else.
"""

from pagemill.layout.arrange import arrange

__all__ = ["arrange"]
