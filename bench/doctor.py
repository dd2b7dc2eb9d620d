"""What the doctor takes to look at a wrong signature: one mistake at a time, and pairs."""

from __future__ import annotations

import random
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import quote

from bench.measure import median_seconds
from fake_provider.domain.wire import WireRequest
from fake_provider.oauth.doctor import Case
from fake_provider.oauth.doctor.search import MAX_WORK, Hmac, Search
from fake_provider.oauth.protocol import parse

_URL = "https://rest.nexmo.com/sms/json"
_FORM = "application/x-www-form-urlencoded"
_TEXT = quote("hello wörld, it's (a) test! ")

REQUESTS = {
    "small": "from=Acme&to=447700900000&text=" + _TEXT,
    "large": "&".join(f"p{n}={n}" for n in range(200)) + "&text=" + _TEXT * (10 * 1024 // len(_TEXT)),
    "hostile": "&".join(f"%C3%A4{n}=%20%2B%7E{n}" for n in range(1_000)),
}
"""A usual SMS, one of 200 parameters and 10 KiB of text, and 1,000 parameters of which each character is encoded."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds for all single mistakes, and for the pairs that follow."""

    singles: float
    pairs: float


def taken(body: str) -> Taken:
    """Let the doctor look at a signature that nothing explains."""
    case = _case(body)

    def singles() -> Search:
        search = Search(case, case.uris[0], Hmac(case, "sha1"))
        assert search.by_one() is None
        return search

    def both() -> None:
        assert singles().by_two(MAX_WORK) is None

    of_singles = median_seconds(singles, rounds=9)
    return Taken(of_singles, median_seconds(both, rounds=5) - of_singles)


def _case(body: str) -> Case:
    chance = b64encode(random.Random(1).randbytes(20)).decode()
    header = (
        'OAuth oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="nnch734d00sl2jdk", oauth_nonce="kllo9940pd9333jh", '
        f'oauth_signature_method="HMAC-SHA1", oauth_timestamp="1191242096", oauth_signature="{quote(chance, safe="")}"'
    )
    headers = (("Authorization", header), ("Content-Type", _FORM))
    request = parse(WireRequest.to("POST", _URL, headers=headers, body=body.encode()))
    return Case(
        request=request, uris=(_URL,), consumer_secret="kd94hf93k423kf44", token_secret="pfkkdhi9sl3r4s00"
    )
