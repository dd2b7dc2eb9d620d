"""A small Flask application: log in with Nexmo, send an SMS, see its delivery receipt.

    nexmo   what it asks of Nexmo, and every way in which that goes wrong
    store   what it remembers
    pages   what its users see, and where receipts come in

From the environment: NEXMO_CONSUMER_KEY and NEXMO_CONSUMER_SECRET; PUBLIC_URL, where browsers and Nexmo find it;
SECRET_KEY, without which sessions end with the process; NEXMO_DASHBOARD_URL and NEXMO_REST_URL for another Nexmo than the real one.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping

from flask import Flask

from .nexmo import Nexmo
from .pages import pages
from .store import Store


def create_app(environment: Mapping[str, str] = os.environ) -> Flask:
    """Make the application; SystemExit, with one line, where the environment lacks something."""
    missing = [name for name in ("NEXMO_CONSUMER_KEY", "NEXMO_CONSUMER_SECRET") if not environment.get(name)]
    if missing:
        raise SystemExit(f"set {' and '.join(missing)} in the environment")
    public_url = environment.get("PUBLIC_URL", "http://127.0.0.1:5000").rstrip("/")
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=environment.get("SECRET_KEY") or secrets.token_hex(),
        SESSION_COOKIE_SAMESITE="Lax",  # Nexmo's page leads back by a link, and the session has to come along
        SESSION_COOKIE_SECURE=public_url.startswith("https://"),
        PUBLIC_URL=public_url,  # not what the Host header says: who asks could write anything there
    )
    app.extensions["nexmo"] = Nexmo(
        consumer_key=environment["NEXMO_CONSUMER_KEY"],
        consumer_secret=environment["NEXMO_CONSUMER_SECRET"],
        dashboard_url=environment.get("NEXMO_DASHBOARD_URL", "https://dashboard.nexmo.com"),
        rest_url=environment.get("NEXMO_REST_URL", "https://rest.nexmo.com"),
    )
    app.extensions["store"] = Store()
    app.register_blueprint(pages)
    return app
