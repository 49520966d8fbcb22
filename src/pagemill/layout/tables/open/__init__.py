"""Tables without a frame: where rows of text stand in step, and whether they are a table."""
