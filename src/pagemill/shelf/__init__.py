"""Bytes by key, through obstore: one code for a local disk and for object stores.

On a disk every file lies under `<root>/<key>`, so a person can look inside and a backup is a copy;
bytes on their way in lie under `<root>/uploads/`.
"""

from pagemill.shelf.object_shelf import LocalShelf, ObjectShelf

__all__ = ["LocalShelf", "ObjectShelf"]
