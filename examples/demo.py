"""The main job in one go: a fake, the whole OAuth flow with the client package, one SMS, and what arrived.

Nothing is prepared: the fake starts on a free port of this machine, the user's part is played by the control
API, and everything is gone at the end.
"""

from __future__ import annotations

import sys

import requests

from client import NexmoOAuth
from fake_provider import FakeNexmo
from fake_provider.terminal import Paint

paint = Paint(sys.stdout)


def step(number: int, text: str) -> None:
    """Announce a step before it happens."""
    print(f"\n{paint(f'{number}', 'bold', 'cyan')}  {paint(text, 'bold')}", flush=True)


def detail(name: str, value: object) -> None:
    """Show one thing that a step brought."""
    print(f"   {paint(f'{name:<20}', 'dim')} {value}", flush=True)


def main() -> int:
    """Run the demo; 0 if the SMS arrived as it was sent."""
    text = "hello from Nexmo: 100 % offline, 0 € spent"
    fake = FakeNexmo(profile="strict")
    app = fake.create_app("My first app", callback_url="https://app.example/callback")
    with fake.serve() as server:
        step(1, "A fake Nexmo is serving, and holds clients to RFC 5849")
        detail("URL", server.url)
        detail("consumer key", app.client_key)

        nexmo = NexmoOAuth(app.client_key, app.client_secret, dashboard_url=server.url, rest_url=server.url)
        step(2, "The app asks for a request token  (POST /oauth/request_token)")
        request_token = nexmo.request_token(callback="https://app.example/callback?from=demo")
        detail("request token", request_token.token)

        step(3, "It sends its user to the consent page")
        detail("page", nexmo.authorization_url(request_token))

        step(4, "The user presses Authorize  (here: POST /_fake/authorizations)")
        decision = requests.post(
            f"{server.url}/_fake/authorizations",
            json={
                "oauth_token": request_token.token,
                "decision": "approve",
                "account": "customer@example.com",
            },
            timeout=10,
        ).json()
        detail("back to the app", decision["redirect_url"])

        step(5, "The app exchanges token and verifier  (POST /oauth/access_token)")
        access_token = nexmo.access_token(request_token, callback_url=decision["redirect_url"])
        detail("access token", f"{access_token.token}  (permanent, until revoked)")

        step(6, "It sends an SMS on the user's account  (POST /sms/json, signed)")
        account = nexmo.account(access_token)
        sent = account.send_sms(to="447700900000", sender="NexmoOauth", text=text)
        detail("accepted", ", ".join(sent.message_ids))
        detail("balance left", f"{account.get_balance().value} EUR")

        step(7, "What arrived  (GET /_fake/messages)")
        (message,) = requests.get(f"{server.url}/_fake/messages", timeout=10).json()["messages"]
        detail("from, to", f"{message['from']} to {message['to']}")
        detail("text", paint(message["text"], "green"))
        detail("sent for", f"{message['account']} by the app {message['consumer_key']}")
        detail("cost", f"{message['total_price']} EUR, {message['parts']} part, {message['encoding']}")
        exchanges = requests.get(f"{server.url}/_fake/exchanges", timeout=10).json()["exchanges"]
        detail("requests verified", sum(exchange["outcome"] == "accepted" for exchange in exchanges))
    arrived = message["text"] == text
    print(
        f"\n{paint('Done: the SMS arrived as it was sent.', 'bold', 'green') if arrived else 'The SMS differs.'}"
    )
    print("Next: make run, and open the address that it prints. Or read README.md.")
    return 0 if arrived else 1


if __name__ == "__main__":
    sys.exit(main())
