"""How answers are read: strictly, and not more strictly than HTTP is."""

from __future__ import annotations

import pytest
import requests

from contract_tests.answers import challenge_of, media_type_of

PROBLEM = 'realm="r", oauth_problem="nonce_used"'


def answer(**headers: str) -> requests.Response:
    """Return an answer with these headers; ``_`` in a name is ``-``."""
    made = requests.Response()
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return made


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(f"OAuth {PROBLEM}", id="alone"),
        pytest.param(f"oauth {PROBLEM}", id="schemes-have-no-case"),
        pytest.param(f'Basic realm="x", OAuth {PROBLEM}', id="behind-another"),
        pytest.param(f'OAuth {PROBLEM}, Basic realm="x"', id="before-another"),
        pytest.param(f"OAuth {PROBLEM}, Negotiate", id="before-a-bare-one"),
    ],
)
def test_a_challenge(header: str) -> None:
    """It is found among others, and read without them (RFC 9110 section 11.6.1)."""
    assert challenge_of(answer(WWW_Authenticate=header)) == {"realm": "r", "oauth_problem": "nonce_used"}


@pytest.mark.parametrize(
    "header",
    ["", 'Basic realm="OAuth"', "OAuth realm=r", 'OAuth realm="r" oauth_problem="x"', "OAuth2 realm"],
)
def test_no_challenge(header: str) -> None:
    """What is none, or cannot be read, fails the test."""
    with pytest.raises(AssertionError, match="WWW-Authenticate"):
        challenge_of(answer(WWW_Authenticate=header))


def test_a_media_type() -> None:
    """It has no case (RFC 9110 section 8.3.1)."""
    assert media_type_of(answer(Content_Type="Application/JSON; charset=utf-8")) == "application/json"
