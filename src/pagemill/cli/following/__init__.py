"""`watch` without a job: all jobs of somebody, followed live until Ctrl-C.

One stream brings the news of all of them; `hearing` listens to it on a thread of its own and goes
on over restarts of the server, `standing` knows how the jobs stand, `views` show it.
"""
