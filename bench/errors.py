"""What cannot be measured here, in one line that says why."""

from __future__ import annotations


class CannotMeasure(Exception):
    """A part, or one of those compared, is left out; the report says so and goes on."""
