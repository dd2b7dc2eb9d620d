"""Times as people say them."""

from __future__ import annotations

import pytest

from fake_provider.web.html import ago, cut, time_element

NOW = 1_540_469_429.5  # 2018-10-25T12:10:29.5Z


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "just now"),
        (4.9, "just now"),
        (-4.9, "just now"),
        (5, "5 s ago"),
        (119.9, "119 s ago"),
        (120, "2 min ago"),
        (7199, "119 min ago"),
        (7200, "2 hours ago"),
        (172_800, "2 days ago"),
        (-61, "in 61 s"),
        (-259_200, "in 3 days"),
    ],
)
def test_ago(seconds: float, said: str) -> None:
    """In the largest unit of which there are two; what lies ahead too."""
    assert ago(seconds) == said


def test_the_exact_time_is_shown_on_hover() -> None:
    """And stands there for programs, with its age for the script that keeps it up to date."""
    assert time_element(NOW - 60, NOW) == (
        '<time datetime="2018-10-25T12:09:29Z" title="2018-10-25 12:09:29.500 UTC" data-age="60">60 s ago</time>'
    )


def test_long_texts_are_cut() -> None:
    """To the length that was asked for, and not before."""
    assert (cut("abc", 3), cut("abcd", 3)) == ("abc", "ab…")
