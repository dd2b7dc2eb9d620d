"""The token file."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from client.errors import NotLoggedIn, TokenFileError
from client.tokens import TokenFile, default_path

from .examples import ACCESS_TOKEN, CLIENT, DASHBOARD


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    """A token file in a directory that does not exist yet."""
    return TokenFile(tmp_path / "config" / "nexmo-oauth" / "token.json")


def _save(file: TokenFile) -> None:
    file.save(ACCESS_TOKEN, consumer_key=CLIENT.key, dashboard_url=DASHBOARD)


def test_what_was_saved_is_loaded(file: TokenFile) -> None:
    """The token comes back for the same app and the same service."""
    _save(file)

    assert file.load(consumer_key=CLIENT.key, dashboard_url=DASHBOARD) == ACCESS_TOKEN


def test_only_the_owner_can_read_it(file: TokenFile) -> None:
    """Mode 0600 in a directory of mode 0700, and whatever the umask, nothing else is left behind."""
    before = os.umask(0)
    try:
        _save(file)
    finally:
        os.umask(before)

    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
    assert list(file.path.parent.iterdir()) == [file.path]


def test_saving_again_replaces_the_file_in_one_step(file: TokenFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where replacing fails, the old token is still there and no half of the new one."""
    _save(file)
    old = file.path.read_text()

    def fail(*names: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(TokenFileError, match="cannot be written: Permission denied"):
        _save(file)

    assert file.path.read_text() == old
    assert list(file.path.parent.iterdir()) == [file.path]


@pytest.mark.parametrize(
    ("consumer_key", "dashboard_url"),
    [("another-key", DASHBOARD), (CLIENT.key, "http://127.0.0.1:8080")],
    ids=["another-app", "another-service"],
)
def test_a_token_stays_with_its_app_and_its_service(
    file: TokenFile, consumer_key: str, dashboard_url: str
) -> None:
    """A test's token is not sent to the real service, nor the other way round."""
    _save(file)

    with pytest.raises(NotLoggedIn, match="another"):
        file.load(consumer_key=consumer_key, dashboard_url=dashboard_url)


def test_without_a_file_nobody_is_logged_in(file: TokenFile) -> None:
    """The error says what to do."""
    with pytest.raises(NotLoggedIn, match="nexmo-oauth login"):
        file.load(consumer_key=CLIENT.key, dashboard_url=DASHBOARD)


def test_a_file_that_others_can_read_is_refused(file: TokenFile) -> None:
    """A token that others may have seen is not used silently."""
    _save(file)
    file.path.chmod(0o640)

    with pytest.raises(TokenFileError, match="chmod 600"):
        file.load(consumer_key=CLIENT.key, dashboard_url=DASHBOARD)


@pytest.mark.parametrize("content", ["", "SECRET", "[]", '{"access_token": "SECRET"}', "\udcff"])
def test_a_damaged_file_is_named_and_not_quoted(file: TokenFile, content: str) -> None:
    """The error names the path, never what is in it."""
    _save(file)
    file.path.write_bytes(content.encode(errors="surrogateescape"))

    with pytest.raises(TokenFileError, match="is damaged") as raised:
        file.load(consumer_key=CLIENT.key, dashboard_url=DASHBOARD)

    assert raised.value.path == file.path
    assert "SECRET" not in str(raised.value)


def test_a_path_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file where a directory should be is an error with a reason."""
    (tmp_path / "config").write_text("")

    with pytest.raises(TokenFileError, match="cannot be written"):
        _save(TokenFile(tmp_path / "config" / "token.json"))


def test_deleting_says_whether_there_was_one(file: TokenFile) -> None:
    """True the first time, False the second."""
    _save(file)

    assert (file.delete(), file.delete()) == (True, False)
    assert not file.path.exists()


def test_it_is_kept_in_the_users_config_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The directory of the platform, in a folder of our own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    assert default_path().parts[-2:] == ("nexmo-oauth", "token.json")


def test_the_file_says_which_app_it_is_for(file: TokenFile) -> None:
    """Its format is JSON with four members."""
    _save(file)

    assert json.loads(file.path.read_text()) == {
        "consumer_key": "consumer-key",
        "dashboard_url": "https://dashboard.nexmo.com",
        "access_token": "access-token",
        "access_token_secret": "access-SECRET",
    }
