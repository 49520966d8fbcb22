"""In which direction text runs."""

from unicodedata import bidirectional

_LOOKED_AT = 400  # letters
_LEFTWARD = frozenset({"R", "AL"})


def is_leftward(text: str) -> bool:
    """Whether most of its first letters belong to a script that runs from right to left."""
    if text.isascii():
        return False
    kinds = [bidirectional(char) for char in text[:_LOOKED_AT]]
    leftward = sum(kind in _LEFTWARD for kind in kinds)
    return leftward > kinds.count("L")
