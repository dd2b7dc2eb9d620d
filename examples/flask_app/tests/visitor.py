"""Somebody who uses the application, and a server for those who come over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from fake_provider import Nexmo


@dataclass
class Visitor:
    """Somebody with a browser, whose Nexmo account is asked for consent."""

    browser: FlaskClient
    nexmo: Nexmo
    token: str = ""  # with which the application sends for somebody who is logged in

    def submit(self, path: str, **fields: str) -> TestResponse:
        """Send a form of the start page."""
        self.browser.get("/")
        with self.browser.session_transaction() as session:
            csrf = session["csrf"]
        return self.browser.post(path, data={"csrf": csrf, **fields}, follow_redirects=False)

    def begin_login(self) -> str:
        """Press the button; returns the request token with which Nexmo's page is opened."""
        page = urlsplit(self.submit("/login").location)
        assert f"{page.scheme}://{page.netloc}{page.path}" == "https://dashboard.nexmo.com/oauth/authorize"
        return parse_qs(page.query)["oauth_token"][0]

    def log_in(self, decision: str = "approve") -> TestResponse:
        """Log in as far as Nexmo's user lets it; returns the page at the end."""
        user = self.nexmo.authorize(self.begin_login(), decision=decision)
        assert user.redirect_url is not None
        return self.browser.get(user.redirect_url, follow_redirects=True)

    def send(self, to: str, text: str) -> str:
        """Send an SMS; returns the page that tells what became of it."""
        answer = self.submit("/messages", to=to, text=text)
        return answer.text if answer.status_code != 302 else self.look()

    @property
    def name(self) -> str:
        """By what the session knows who is logged in."""
        with self.browser.session_transaction() as session:
            return str(session["user"])

    def look(self) -> str:
        """Return the start page."""
        return self.browser.get("/").text


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve *app* on this machine, which it is told; where that is."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    url = app.config["PUBLIC_URL"] = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
