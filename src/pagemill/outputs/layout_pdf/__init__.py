"""`layout`: the pages with a frame around every block."""
