"""Running text: rows become paragraphs, lists, code, notes and captions, and go on over pages."""
