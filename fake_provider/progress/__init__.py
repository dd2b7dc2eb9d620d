"""Two runs of the contract tests beside each other: what was mended between them, and what broke.

saved     a report of a run, as ``pytest --contract-report`` has written it
changes   what became of each clause from the older report to the newer
display   that in a terminal
command   ``fake-nexmo compare``
"""
