"""Blocks in reading order: pure geometry over page text, no input, no output.

Engines give lines; `arrange` gives paragraphs, headings and list items. The steps, one file each:
straighten the lines (`skew`), take out what the page's regions name (`roles`), cut the text into
columns in reading order (`columns`), join what stands in one row (`rows`), join rows into blocks
(`blocks`) under the document's `styles`, and put figures between them (`figures`).

Columns come from the lines alone: the regions of a network miss lines and join columns.
"""

from pagemill.layout.arrange import arrange

__all__ = ["arrange"]
