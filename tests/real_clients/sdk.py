"""Nexmo's own Python SDK, imported so that what Python has against its source is no error of a test."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    # A regular expression in it has "\.", which Python warns of when it compiles the package.
    warnings.filterwarnings("ignore", message=".*invalid escape sequence")
    import nexmo

__all__ = ["nexmo"]
