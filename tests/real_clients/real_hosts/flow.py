"""The whole flow with a library of one's choice, signed by oauthlib: python flow.py requests|httpx|aiohttp."""

from __future__ import annotations

import asyncio
import os
import sys
from urllib.parse import parse_qsl, urlencode

from oauthlib.oauth1 import Client

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def by_requests(url: str, headers: dict[str, str], body: str) -> str:
    import requests

    answer = requests.post(url, headers=headers, data=body, timeout=10)
    answer.raise_for_status()
    return answer.text


def by_httpx(url: str, headers: dict[str, str], body: str) -> str:
    import httpx

    return httpx.post(url, headers=headers, content=body).raise_for_status().text


def by_aiohttp(url: str, headers: dict[str, str], body: str) -> str:
    import aiohttp

    async def post() -> str:
        async with (
            aiohttp.ClientSession(trust_env=True) as session,
            session.post(url, headers=headers, data=body, raise_for_status=True) as answer,
        ):
            return await answer.text()

    return asyncio.run(post())


POST = {"requests": by_requests, "httpx": by_httpx, "aiohttp": by_aiohttp}[sys.argv[1]]


def call(url: str, token: dict[str, str], form: dict[str, str]) -> str:
    client = Client(
        os.environ["NEXMO_CONSUMER_KEY"],
        os.environ["NEXMO_CONSUMER_SECRET"],
        token.get("oauth_token"),
        token.get("oauth_token_secret"),
    )
    url, headers, body = client.sign(url, "POST", urlencode(form), FORM)
    return POST(url, headers, body or "")


request = dict(parse_qsl(call("https://dashboard.nexmo.com/oauth/request_token", {}, {})))
access = dict(parse_qsl(call("https://dashboard.nexmo.com/oauth/access_token", request, {})))
print(
    call(
        "https://rest.nexmo.com/sms/json",
        access,
        {"from": "NexmoOauth", "to": "447700900000", "text": "hello from Nexmo"},
    )
)
