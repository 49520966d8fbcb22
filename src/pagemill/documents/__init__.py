"""Documents opened as pages: PDF through PDFium, pictures through Pillow. The only room that reads
them. Runs in child processes: both libraries are C, and hostile files may crash or hang them.
"""

from pagemill.documents.opener import PageOpener

__all__ = ["PageOpener"]
