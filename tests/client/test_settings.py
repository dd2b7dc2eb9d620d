"""The environment."""

from __future__ import annotations

import pytest

from client.credentials import AccessToken
from client.errors import WrongSettings
from client.settings import checked_url, from_environment

APP = {"NEXMO_CONSUMER_KEY": "key", "NEXMO_CONSUMER_SECRET": "s3cret"}


def test_the_app_alone_is_enough() -> None:
    """Without anything else, the service is the real one and there is no access token."""
    found = from_environment(APP)

    assert (found.client.key, found.client.secret) == ("key", "s3cret")
    assert (found.dashboard_url, found.rest_url) == ("https://dashboard.nexmo.com", "https://rest.nexmo.com")
    assert (found.access_token, found.callback) == (None, None)


def test_everything_may_be_set() -> None:
    """URLs lose the slash at their end; secrets keep their blanks."""
    found = from_environment(
        {
            "NEXMO_CONSUMER_KEY": "key",
            "NEXMO_CONSUMER_SECRET": " +/=&% ",
            "NEXMO_ACCESS_TOKEN": "token",
            "NEXMO_ACCESS_TOKEN_SECRET": "s",
            "NEXMO_DASHBOARD_URL": "http://127.0.0.1:8080/",
            "NEXMO_REST_URL": "http://[::1]:8080/nexmo/",
            "NEXMO_CALLBACK_URL": "oob",
        }
    )

    assert found.client.secret == " +/=&% "
    assert found.access_token == AccessToken("token", "s")
    assert (found.dashboard_url, found.rest_url) == ("http://127.0.0.1:8080", "http://[::1]:8080/nexmo")
    assert found.callback == "oob"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        pytest.param({"NEXMO_CONSUMER_KEY": ""}, "NEXMO_CONSUMER_KEY", id="an-empty-key"),
        pytest.param({"NEXMO_CONSUMER_SECRET": ""}, "NEXMO_CONSUMER_SECRET", id="an-empty-secret"),
        pytest.param({"NEXMO_CONSUMER_SECRET": "top\n"}, "NEXMO_CONSUMER_SECRET", id="a-line-end"),
        pytest.param(
            {"NEXMO_CONSUMER_SECRET": "top\udcff"}, "NEXMO_CONSUMER_SECRET", id="bytes-outside-utf-8"
        ),
        pytest.param({"NEXMO_ACCESS_TOKEN": "top"}, "NEXMO_ACCESS_TOKEN_SECRET", id="half-a-token"),
        pytest.param({"NEXMO_ACCESS_TOKEN_SECRET": "top"}, "NEXMO_ACCESS_TOKEN", id="the-other-half"),
        pytest.param({"NEXMO_REST_URL": "rest.nexmo.com"}, "NEXMO_REST_URL", id="no-scheme"),
        pytest.param({"NEXMO_DASHBOARD_URL": "ftp://top"}, "NEXMO_DASHBOARD_URL", id="another-scheme"),
    ],
)
def test_the_error_names_the_variable_and_not_its_value(change: dict[str, str], name: str) -> None:
    """What is missing or wrong is named, and no value is repeated."""
    with pytest.raises(WrongSettings) as raised:
        from_environment(APP | change)

    assert raised.value.name == name
    assert str(raised.value).startswith(f"{name} ")
    assert "top" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https:///path",
        "https://host:port",
        "https://host:70000",
        "https://[::1",
        "https://user:password@host",
        "https://host/?query",
        "https://host/#fragment",
        "https://ho st",
        "https://host/\n",
    ],
)
def test_what_is_no_base_url_is_refused(url: str) -> None:
    """A URL that no endpoint can be appended to, or that holds a password, is refused."""
    with pytest.raises(WrongSettings):
        checked_url("rest_url", url)
