"""Parts for tests, public for authors of plug-ins too: tiny documents made on the spot, a clock
that is set by hand, engines that fail on demand. Import the module wanted; this one loads nothing.
"""
