"""A program that authorizes its app as a user's browser does, and then becomes another with the token in its environment.

    python authorized.py COMMAND …

For the commands of ``fake-nexmo run``: whatever stands there is asked under the real names, over TLS, and by its pages.
"""

from __future__ import annotations

import os
import re
import sys

import requests

from contract_tests.answers import credentials_of
from contract_tests.authorizers import Person
from contract_tests.browser import Browser
from contract_tests.consumer import Approved, Consumer
from contract_tests.scrubbing import Secrets
from contract_tests.signing import Credentials
from contract_tests.targets import DASHBOARD_URL, REST_URL, Provider, through
from tests.pages import DEVELOPER


def main() -> None:
    """Go all three legs, make sure that nothing but a fake could be there, and become the command."""
    with requests.Session() as session:
        send = through(session)
        control = send(requests.Request("GET", f"{DASHBOARD_URL}/_fake/health").prepare())
        if control.status_code != requests.codes.not_found:
            raise SystemExit("the control API is there")
        client = Credentials(os.environ["NEXMO_CONSUMER_KEY"], os.environ["NEXMO_CONSUMER_SECRET"])
        provider = Provider(
            dashboard_url=DASHBOARD_URL,
            rest_url=REST_URL,
            client=client,
            authorizer=Person(),
            sms_to="",
            send=send,
            secrets=Secrets(),
        )
        app = Consumer(provider, client)
        temporary = app.temporary_credentials()
        verifier = decide(Browser(send), app.authorization_page(temporary), "Authorize")
        approved = Approved(temporary=temporary, verifier=verifier)
        token = credentials_of(app.send(app.access_token(approved)))
    given = {"NEXMO_ACCESS_TOKEN": token.key, "NEXMO_ACCESS_TOKEN_SECRET": token.secret}
    os.execvpe(sys.argv[1], sys.argv[1:], os.environ | given)


def decide(browser: Browser, page_url: str, button: str) -> str:
    """Sign in if that is asked for, press *button*, and return the verifier that is shown or brought, if any."""
    page = browser.open(page_url)
    if page.wants_sign_in:
        page = browser.sign_in(page, email=DEVELOPER, password="nexmo")
    page = browser.press(page, button)
    if page.location:
        return page.location.partition("oauth_verifier=")[2].partition("&")[0]
    shown = re.search(r'id="oauth_verifier">([^<]+)<', page.answer.text)
    return shown[1] if shown else ""


if __name__ == "__main__":
    main()
