"""How the tests are dealt to several processes."""

from __future__ import annotations

import pytest

from tests.conftest import dealt


class _Item:
    def __init__(self, name: str) -> None:
        self.name = name

    def get_closest_marker(self, name: str) -> object:
        return self.name.isupper() or None


@pytest.mark.parametrize(
    ("collected", "shares", "expected"),
    [
        pytest.param("abcdefgh", 2, "abcd efgh", id="none-is-long"),
        pytest.param("abcdefGH", 2, "Gabc Hdef", id="one-for-each"),
        pytest.param("ABCdefgh", 2, "ACde Bfgh", id="three-for-two"),
        pytest.param("abcdefG", 3, "Ga bc def", id="fewer-than-processes"),
        pytest.param("ABC", 2, "A CB", id="nothing-but-long-ones"),
        pytest.param("", 2, " ", id="none"),
    ],
)
def test_each_share_begins_with_long_tests(collected: str, shares: int, expected: str) -> None:
    """None is lost, and the others stay in their order; long ones are capitals here."""
    ordered = "".join(item.name for item in dealt([_Item(name) for name in collected], shares))  # type: ignore[misc]

    assert ordered == expected.replace(" ", "")
