"""The access token's file: readable by its owner alone, replaced in one step, bound to the app it is for.

A token is used only with the app and the dashboard it came from, so that a test's token is never sent to the
real service, nor the other way round.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from .credentials import AccessToken
from .errors import NotLoggedIn, TokenFileError

FILE_MODE, DIRECTORY_MODE = 0o600, 0o700
_FIELDS = ("consumer_key", "dashboard_url", "access_token", "access_token_secret")


def default_path() -> Path:
    """Return ``nexmo-oauth/token.json`` under the user's config directory (``XDG_CONFIG_HOME`` on Linux)."""
    return platformdirs.user_config_path("nexmo-oauth", appauthor=False) / "token.json"


@dataclass(frozen=True, slots=True)
class TokenFile:
    """The file at *path*; it need not exist."""

    path: Path

    def save(self, token: AccessToken, *, consumer_key: str, dashboard_url: str) -> None:
        """Write *token* in place of what was there; TokenFileError where that cannot be done."""
        values = (consumer_key, dashboard_url, token.token, token.secret)
        content = json.dumps(dict(zip(_FIELDS, values, strict=True)), indent=2)
        try:
            self.path.parent.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
            self._replace(content)
        except OSError as error:
            raise TokenFileError(self.path, f"cannot be written: {error.strerror}") from error

    def load(self, *, consumer_key: str, dashboard_url: str) -> AccessToken:
        """Return the token.

        Raises:
            NotLoggedIn: there is no file, or it holds the token of another app or another service.
            TokenFileError: it cannot be read, or others can read it too.
        """
        content = self._content()
        if (content["consumer_key"], content["dashboard_url"]) != (consumer_key, dashboard_url):
            raise NotLoggedIn("the stored access token is for another consumer key or another service")
        return AccessToken(content["access_token"], content["access_token_secret"])

    def delete(self) -> bool:
        """Delete the file; False where there was none."""
        try:
            self.path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise TokenFileError(self.path, f"cannot be deleted: {error.strerror}") from error
        return True

    def _replace(self, content: str) -> None:
        # mkstemp makes the file with mode 0600 from its first moment on.
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".token-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(f"{content}\n")
            os.replace(name, self.path)
        except BaseException:
            os.unlink(name)
            raise

    def _content(self) -> dict[str, str]:
        try:
            found = json.loads(self._octets())
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
            found = None  # their texts would quote the file
        if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in _FIELDS):
            raise TokenFileError(self.path, "is damaged: run `nexmo-oauth login` again")
        return found

    def _octets(self) -> bytes:
        try:
            with self.path.open("rb") as file:
                self._ensure_private(os.fstat(file.fileno()).st_mode)
                return file.read()
        except FileNotFoundError:
            raise NotLoggedIn from None
        except OSError as error:
            raise TokenFileError(self.path, f"cannot be read: {error.strerror}") from error

    def _ensure_private(self, mode: int) -> None:
        if os.name == "posix" and stat.S_IMODE(mode) & ~FILE_MODE:
            raise TokenFileError(self.path, "can be read by others: `chmod 600` it, or log in again")
