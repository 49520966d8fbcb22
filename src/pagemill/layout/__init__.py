"""Blocks in reading order: pure geometry over page text, no input, no output.

Engines give lines; `arrange` gives paragraphs, headings, list items and more. The steps, one file
each: learn what holds for the document (`styles`, by `faces`, `levels`, `furniture`), straighten
the lines (`skew`), part those that an engine ran together (`run_together`), set running headers and
footers apart (`running`), find what leads somewhere (`links`), put tables together (`tables`), take
out what the page's regions name, or its pictures and drawings (`roles`, `pictures`), set margins
apart and cut the text into columns in reading order (`order`, by `margins`, `frames`, `columns`,
`gutters`, `sides`), join what stands in one row (`rows`, by `scripts`), set footnotes apart
(`footnotes`), find the headings and lists of contents (`headings`), join rows into blocks
(`blocks`, by `chunks`, `items`, `code`), find which go on from the column or page before
(`continuing`, `endings`), and put figures between them (`figures`).

Columns come from the lines: the regions of a network miss lines and join columns. They only part
lines that run over two of them.
"""

from pagemill.layout.arrange import arrange

__all__ = ["arrange"]
