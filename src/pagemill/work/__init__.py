"""The back room: steps do one task each, children run them, the agent hands them out and reports.

Only the agent knows the ledger; steps and children see values in and values out.
"""
