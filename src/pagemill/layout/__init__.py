"""Blocks in reading order: pure geometry over page text, no input, no output.

Engines give lines; `arrange` gives paragraphs, headings, list items and more. The steps, one file
each: learn what holds for the document (`styles`, by `faces`, `levels`, `furniture`), straighten
the lines (`skew`), set running headers and footers apart (`running`), find what leads somewhere
(`links`), put tables together (`tables`), take out what the page's regions name (`roles`), cut the
text into columns in reading order (`columns`), join what stands in one row (`rows`), set footnotes
apart (`footnotes`), find the headings and lists of contents (`headings`), join rows into blocks
(`blocks`, by `chunks`, `items`, `code`), find which go on from the column or page before
(`continuing`, `endings`), and put figures between them (`figures`).

Columns come from the lines alone: the regions of a network miss lines and join columns.
"""

from pagemill.layout.arrange import arrange

__all__ = ["arrange"]
