"""Values and pure rules: what a job, task, page, document and event are. No input, no output.

Units everywhere: times are `*_ms`, milliseconds since 1970 in UTC; lengths are points (1/72 inch)
with the origin at the top left; pages count from 1.
"""
