"""The pages, and the address to which receipts come."""

from __future__ import annotations

import re
import secrets

from flask import Blueprint, abort, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from .nexmo import Credentials, Nexmo, Refused, TokenRefused, Unclear
from .store import Store

pages = Blueprint("pages", __name__)


def nexmo() -> Nexmo:
    found: Nexmo = current_app.extensions["nexmo"]
    return found


def store() -> Store:
    found: Store = current_app.extensions["store"]
    return found


def public(path: str) -> str:
    """Return the address of a *path* of this application as others know it."""
    return str(current_app.config["PUBLIC_URL"]) + path


def user() -> tuple[str, Credentials]:
    """Return who is logged in; 401 if nobody is."""
    name = str(session.get("user", ""))
    credentials = store().user(name)
    if credentials is None:
        abort(401, "Log in first.")
    return name, credentials


# Forms


@pages.before_request
def _forms_are_ours() -> None:
    """Refuse a form that another site has made a browser send (CSRF). Receipts come from no browser."""
    if request.method == "POST" and request.endpoint != "pages.receipt":
        sent, known = request.form.get("csrf", ""), str(session.get("csrf", ""))
        if not known or not secrets.compare_digest(sent.encode(), known.encode()):
            abort(400, "This form is too old, or not ours. Go back, and load the page again.")


@pages.app_context_processor
def _csrf() -> dict[str, object]:
    def csrf() -> str:
        return str(session.setdefault("csrf", secrets.token_urlsafe()))

    return {"csrf": csrf}


# Login


@pages.get("/")
def start() -> ResponseReturnValue:
    name = str(session.get("user", ""))
    is_known = store().user(name) is not None
    return render_template(
        "start.html", is_known=is_known, messages=store().messages(name) if is_known else []
    )


@pages.post("/login")
def login() -> ResponseReturnValue:
    """Send the user to Nexmo."""
    begun = nexmo().begin(public(url_for("pages.callback")))
    store().begin(begun)
    session["login"] = begun.token
    return redirect(nexmo().page(begun.token))


@pages.get("/callback")
def callback() -> ResponseReturnValue:
    """Take up the user whom Nexmo has sent back."""
    token = request.args.get("oauth_token", "")
    # Without this somebody could be made to finish a login that another has begun, and send as that other. The login that was
    # begun stays: whoever leads a browser here with another token must not end it.
    if not token or session.get("login") != token or (begun := store().take(token)) is None:
        abort(400, "This is not the answer to a login that you have begun here. Log in again.")
    session.pop("login")
    if request.args.get("oauth_problem") or not request.args.get("oauth_verifier"):
        abort(403, "You have not let us send SMS for you. Nothing was done.")
    credentials = nexmo().finish(begun, request.args["oauth_verifier"])
    session.clear()  # nothing of before the login is of use after it
    session["user"] = store().add_user(credentials)
    return redirect(url_for("pages.start"))


@pages.post("/logout")
def logout() -> ResponseReturnValue:
    store().forget(str(session.get("user", "")))
    session.clear()
    return redirect(url_for("pages.start"))


# Messages


@pages.post("/messages")
def send() -> ResponseReturnValue:
    """Send an SMS for the user; the start page tells what became of it."""
    name, credentials = user()
    to, text = re.sub(r"[\s+-]", "", request.form.get("to", "")), request.form.get("text", "")
    if not re.fullmatch(r"[0-9]{5,15}", to) or not text:
        abort(400, "A number with its country code and a text are wanted.")
    message = store().add_message(name, to=to, text=text)
    receipts_to = public(url_for("pages.receipt", key=message.receipt_key))
    try:
        ids = nexmo().send(credentials, to=to, text=text, receipts_to=receipts_to)
    except TokenRefused as refused:
        store().failed(message, "not sent", str(refused))
        store().forget(name)
        session.clear()
        abort(401, f"{refused}. Log in again; the SMS was not sent.")
    except Refused as refused:
        store().failed(message, "not sent", str(refused))
    except Unclear as unclear:
        store().failed(
            message, "unclear", f"{unclear}. It may have been sent: look before you send it again."
        )
    else:
        store().sent(message, ids)
    return redirect(url_for("pages.start"))


@pages.route("/receipts/<key>", methods=["GET", "POST"])
def receipt(key: str) -> ResponseReturnValue:
    """Take a delivery receipt.

    Nexmo does not sign one unless the account asks for that. So each message has an address that nobody can guess, and a
    receipt has to fit the message: its id, its number.
    """
    given = request.values
    is_ours = store().receive(
        key,
        message_id=given.get("messageId", ""),
        to=given.get("msisdn", ""),
        status=given.get("status", "unknown"),
    )
    return ("", 204) if is_ours else ("there is no such message", 404)


# What goes wrong


@pages.app_errorhandler(HTTPException)
def _problem(error: HTTPException) -> ResponseReturnValue:
    return render_template("problem.html", text=error.description), error.code or 500


@pages.app_errorhandler(Refused)
def _refused(error: Refused) -> ResponseReturnValue:
    return render_template("problem.html", text=f"{error}. Log in again."), 502


@pages.app_errorhandler(Unclear)
def _unclear(error: Unclear) -> ResponseReturnValue:
    return render_template("problem.html", text=f"{error}. Try again later."), 503
