"""`ingest`: folders of many files into the queue, exactly once, however often it is stopped.

`walk` finds files as a stream, `run` takes them to an intake in batches, and an intake (the data
folder itself, or a server) makes jobs of a batch, durably, before it answers. Nothing holds the
whole list.
"""
