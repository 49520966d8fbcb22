"""PDF files through PDFium: text, rules, links, tags and pictures of a page."""
