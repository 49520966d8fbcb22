"""Tables on pages that an engine read from a picture."""
