"""The order in which a page is read: frames, margins, columns, rows."""
