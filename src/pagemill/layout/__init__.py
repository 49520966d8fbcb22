"""Blocks in reading order: pure geometry over page text, no input, no output.

Engines give lines; `arrange` gives paragraphs, headings, list items and more. What one walk teaches
about the whole document is in `document`. Then, page by page: straighten the lines (`skew`), set
running headers and footers apart (`running`), find what leads somewhere (`text.links`), put tables
together (`tables`), take out figures (`figures`), cut the rest into columns in reading order and
join what stands in one row (`order`), find the headings (`headings`), and join rows into blocks of
running text (`text`, by `body`), some of which go on from the page before (`endings`).

Columns come from the lines: the regions of a network miss lines and join columns. They only part
lines that run over two of them.
"""

from pagemill.layout.arrange import arrange

__all__ = ["arrange"]
