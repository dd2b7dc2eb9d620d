"""pytest in the folder of the example, as somebody runs it who knows the plugin alone; and live, at a fake that plays Nexmo."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.documents import ROOT
from tests.lean import LEAN

FOLDER = ROOT / "examples" / "flask_app"
PYTEST = [sys.executable, "-m", "pytest", "-rs", *LEAN]

LOG_IN = """
import os, sys
from urllib.parse import parse_qsl
import requests
from requests_oauthlib import OAuth1

def asked(leg, *token):
    auth = OAuth1(os.environ["NEXMO_CONSUMER_KEY"], os.environ["NEXMO_CONSUMER_SECRET"], *token)
    answer = requests.post(f"https://dashboard.nexmo.com/oauth/{leg}", auth=auth, timeout=10)
    answer.raise_for_status()
    form = dict(parse_qsl(answer.text))
    return form["oauth_token"], form["oauth_token_secret"]

# Without a callback, as the guide's PHP does: what --auto-approve approves at once.
os.environ["NEXMO_ACCESS_TOKEN"], os.environ["NEXMO_ACCESS_TOKEN_SECRET"] = asked(
    "access_token", *asked("request_token"))
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Goes on as another program, with a user's token in its environment."""


def environment(**more: str) -> dict[str, str]:
    """Return the environment without what belongs to this run."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("NEXMO_", "PYTEST_"))}
    return ours | more


def outside(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the folder of the example, with *more* in its environment and nobody at its terminal."""
    return subprocess.run(
        command,
        cwd=FOLDER,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # without a terminal, there is nobody to ask
        capture_output=True,
        text=True,
        check=False,
    )


def live(data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with *options* and a user's token, where the real names lead to a fake without a control API.

    Over TLS that is verified, with an authority that is kept in *data*.
    """
    nexmo = ("-m", "fake_provider", "run", "--auto-approve", "--no-control", "--")
    tests = (sys.executable, "-c", LOG_IN, *PYTEST, "--live-pace", "0", *options)
    return outside(sys.executable, *nexmo, *tests, XDG_DATA_HOME=str(data), NEXMO_SMS_TO="447700900023")
