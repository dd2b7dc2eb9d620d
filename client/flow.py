"""The three legs of OAuth 1.0a (RFC 5849 section 2), as Nexmo's guide names them.

    request_token → authorization_url → (the user, and maybe a callback) → access_token

Nexmo documented the flow without ``oauth_callback`` and without a verifier, as before revision A. Both are
optional here; where a callback is sent, revision A is insisted on.

Source: the guide "Using OAuth in your app", steps 3 to 5.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from .answer import Answer
from .credentials import AccessToken, ClientCredentials, RequestToken
from .errors import AuthorizationDenied, CallbackNotConfirmed, MalformedAnswer, WrongCallback, WrongUse
from .refusals import ensure_accepted
from .session import Session, Signature
from .wording import printable

OUT_OF_BAND = "oob"  # the user types the verifier: section 2.1


def request_token(
    session: Session, dashboard_url: str, client: ClientCredentials, callback: str | None = None
) -> RequestToken:
    """Ask for temporary credentials: section 2.1.

    Args:
        dashboard_url: where the OAuth endpoints are, without a slash at the end.
        callback: an absolute URI, "oob", or None to send none at all.

    Raises:
        CallbackNotConfirmed: a callback was sent, and the answer does not confirm it.
        WrongUse: the callback is "".
        CredentialsRefused, Throttled, RequestRefused, Unreachable: see ``errors``.
    """
    if callback == "":
        raise WrongUse("an empty callback would not be sent: give an absolute URI, oob, or none")
    signature = Signature(client=client, callback=callback)
    fields = _issued(session.post(f"{dashboard_url}/oauth/request_token", signature))
    if callback is not None and fields.get("oauth_callback_confirmed") != "true":
        raise CallbackNotConfirmed
    return RequestToken(fields["oauth_token"], fields["oauth_token_secret"], callback)


def authorization_url(dashboard_url: str, token: RequestToken) -> str:
    """Return the page on which the user grants access: section 2.2."""
    query = urlencode({"oauth_token": token.token}, quote_via=quote)
    return f"{dashboard_url}/oauth/authorize?{query}"


def access_token(
    session: Session,
    dashboard_url: str,
    client: ClientCredentials,
    token: RequestToken,
    verifier: str | None = None,
) -> AccessToken:
    """Exchange an authorized request token, and its verifier where there is one: section 2.3.

    Raises:
        CredentialsRefused: not authorized, denied, used or expired, or the verifier is wrong.
        Throttled, RequestRefused, Unreachable: see ``errors``.
    """
    signature = Signature(client=client, token=token, verifier=verifier)
    fields = _issued(session.post(f"{dashboard_url}/oauth/access_token", signature))
    return AccessToken(fields["oauth_token"], fields["oauth_token_secret"])


def verifier_from_callback(url: str, token: RequestToken) -> str | None:
    """Return the verifier from the address that the user was sent back to.

    Args:
        url: the whole address, or its path and query.
        token: the request token of this very login.

    Returns:
        The verifier; None where there is none and no callback had been sent with *token* (an address
        registered with the app serves then, and OAuth 1.0 without revision A knows no verifier).

    Raises:
        WrongCallback: it is about another request token, or a parameter is missing or repeated.
        AuthorizationDenied: it has an ``oauth_problem``, ``permission_denied`` mostly.
    """
    found = _oauth_parameters(url)
    if found.get("oauth_token", token.token) != token.token:
        raise WrongCallback("its oauth_token is not the one that was asked for")
    if "oauth_problem" in found:
        raise AuthorizationDenied(printable(found["oauth_problem"]))
    if "oauth_token" not in found:
        raise WrongCallback("it has no oauth_token")
    if token.callback is not None and not found.get("oauth_verifier"):
        raise WrongCallback("it has no oauth_verifier")
    return found.get("oauth_verifier") or None


def _oauth_parameters(url: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True, errors="strict")
    except ValueError:
        raise WrongCallback("its address cannot be read") from None
    ours = [(name, value) for name, value in pairs if name.startswith("oauth_")]
    if len(dict(ours)) != len(ours):
        raise WrongCallback("it has a parameter twice")
    return dict(ours)


def _issued(answer: Answer) -> dict[str, str]:
    """Return the fields of a token answer, in which a token and its secret are sure to be."""
    ensure_accepted(answer)
    fields = dict(answer.form())
    missing = [name for name in ("oauth_token", "oauth_token_secret") if not fields.get(name)]
    if missing:
        raise MalformedAnswer(f"the token answer has no {' and no '.join(missing)}")
    return fields
