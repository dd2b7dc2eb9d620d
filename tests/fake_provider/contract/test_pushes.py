"""What is taken out of webhooks, and what comes in again."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

import pytest

from fake_provider.contract import pushes, signatures
from fake_provider.contract.exchange import Answer, Headers, Request
from fake_provider.contract.masking import Masker
from fake_provider.contract.references import References, Unbound, stand_ins

NOW = 1_795_651_200.0  # 2026-11-26T00:00:00Z
ORIGIN, SECRET = "http://127.0.0.1:41234", "a-signature-secret-of-25."
FORM: Headers = (("Content-Type", signatures.FORM),)
JSON: Headers = (("Content-Type", "application/json"),)
RECEIPT = {
    "msisdn": "447700900000",
    "messageId": "0A0000000ABCD1EF",
    "price": "0.03330000",
    "scts": "2611252359",
    "message-timestamp": "2026-11-25 23:59:57",
}
MASKED = {
    **RECEIPT,
    "msisdn": "<number-1>",
    "messageId": "<message-id-1>",
    "scts": "<minute>",
    "message-timestamp": "<moment>",
}


def _masker() -> Masker:
    references = References()
    references.bind("number-1", "447700900000")
    references.bind("receiver-1", ORIGIN)
    references.bind("signature-secret-1", SECRET)
    return Masker(references=references, dashboard_url="https://d", rest_url="https://r", now=lambda: NOW)


def _get(parameters: dict[str, str]) -> Request:
    return Request(method="GET", url=f"{ORIGIN}/hook?{urlencode(parameters)}")


def _form(parameters: dict[str, str]) -> Request:
    return Request(method="POST", url=f"{ORIGIN}/hook", headers=FORM, body=urlencode(parameters))


def _json(parameters: dict[str, str]) -> Request:
    return Request(method="POST", url=f"{ORIGIN}/hook", headers=JSON, body=json.dumps(parameters))


WAYS = pytest.mark.parametrize("way", [_get, _form, _json], ids=["get", "form", "json"])


@WAYS
def test_a_receipt(way: type) -> None:
    """What is volatile has references; where it came is one too."""
    shown = pushes.masked(_masker(), way(RECEIPT))
    written = shown.body or shown.url.partition("?")[2]
    plus = ":plus" if way is not _json else ""

    assert shown.url.startswith("<receiver-1>/hook")
    for name, value in MASKED.items():
        expected = value.replace("<moment>", f"<moment{plus}>")
        assert f'"{name}": "{expected}"' in written or f"{name}={expected}" in written


@WAYS
def test_a_masked_webhook_is_shown_as_it_came(way: type) -> None:
    """To the second, as the time is now, and in the same writing."""
    masker = _masker()
    given = way(RECEIPT | {"scts": "2611260000", "message-timestamp": "2026-11-26 00:00:00"})

    assert pushes.rendered(masker.references, NOW, pushes.masked(masker, given)) == given


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2026-11-26+00%3A00%3A00", "<moment:plus>"),
        ("2026-11-26%2000%3A00%3A00", "<moment:percent>"),
        ("2026-11-26+00:00:00", "<moment:bare>"),
        ("2026-11-26+00%3a00%3a00", "<moment:lower>"),
        ("2026-11-26+00:00%3A00", "2026-11-26+00:00%3A00"),
        ("2026-11-26T00:00:00Z", "2026-11-26T00:00:00Z"),
        ("2026-11-26+01%3A00%3A20", "<moment+3600:plus>"),
        ("2026-11-23+00%3A00%3A00", "<moment-259200:plus>"),
        ("2016-11-26+00%3A00%3A00", "2016-11-26+00%3A00%3A00"),
        ("2026-13-26+00%3A00%3A00", "2026-13-26+00%3A00%3A00"),
    ],
)
def test_how_a_moment_is_written(written: str, shown: str) -> None:
    """Is seen behind its reference, as is by how much it is off; what is of no test, or no time, stays."""
    request = Request(method="GET", url=f"{ORIGIN}/hook?message-timestamp={written}")
    masked = pushes.masked(_masker(), request)

    assert masked.url == f"<receiver-1>/hook?message-timestamp={shown}"


@pytest.mark.parametrize(
    ("scts", "shown"),
    [
        ("2611252358", "<minute>"),
        ("2611252357", "<minute-120>"),
        ("2611260000", "<minute+60>"),
        ("2611260159", "<minute+7200>"),
        ("2611251859", "<minute-18000>"),
        ("26112523590", "26112523590"),
        ("2613252359", "2613252359"),
    ],
)
def test_the_minute_of_a_carrier(scts: str, shown: str) -> None:
    """Is told by how far it is from the minute of the message's time, or the one before."""
    masked = pushes.masked(_masker(), _get(RECEIPT | {"scts": scts}))

    assert re.search(r"scts=([^&]+)", masked.url)[1] == shown  # type: ignore[index]


@WAYS
@pytest.mark.parametrize("method", signatures.SIG_METHODS)
def test_a_signature_is_verified_and_made_anew(way: type, method: str) -> None:
    """By its method; the nonce has a reference, the timestamp is now."""
    masker = _masker()
    signed = RECEIPT | {"timestamp": str(int(NOW)), "nonce": "3f0a-1-2"}
    signed["sig"] = signatures.sig(list(signed.items()), method, SECRET)
    masked = pushes.masked(masker, way(signed))
    shown = pushes.rendered(masker.references, NOW + 5, masked)
    parameters = dict(pushes.pairs_of(shown))

    assert f"<sig:{method}>" in masked.url + masked.body
    assert {"<now>", "<nonce-1>"} <= set(re.findall("<[^>]+>", masked.url + masked.body))
    assert parameters["timestamp"] == str(int(NOW) + 5)
    assert parameters["sig"] == signatures.sig(list(parameters.items()), method, SECRET)


@WAYS
def test_a_signature_in_capitals(way: type) -> None:
    """Is one, and is shown so again."""
    masker = _masker()
    signed = RECEIPT | {"timestamp": str(int(NOW))}
    signed["sig"] = signatures.sig(list(signed.items()), "hmac-sha1", SECRET).upper()
    masked = pushes.masked(masker, way(signed))
    shown = dict(pushes.pairs_of(pushes.rendered(masker.references, NOW, masked)))

    assert "<sig:hmac-sha1:upper>" in masked.url + masked.body
    assert shown["sig"].isupper()
    assert shown["sig"].lower() == signatures.sig(list(shown.items()), "hmac-sha1", SECRET)


@pytest.mark.parametrize("sig", ["0" * 32, "x"])
def test_a_signature_that_is_wrong(sig: str) -> None:
    """It is wrong again when it is shown."""
    masker = _masker()
    masked = pushes.masked(masker, _get(RECEIPT | {"sig": sig}))

    assert masked.url.endswith("&sig=<sig:wrong>")
    assert pushes.rendered(masker.references, NOW, masked).url.endswith(f"&sig={'0' * 32}")


def test_a_method_that_nobody_knows() -> None:
    """It stands for nothing."""
    with pytest.raises(Unbound):
        pushes.rendered(References(), NOW, Request(method="GET", url="<receiver-1>/?sig=<sig:rot13>"))


def test_parts_have_one_reference_in_common() -> None:
    """Another SMS has another one."""
    masker = _masker()
    shown = [pushes.masked(masker, _get({"concat-ref": one, "to": "x"})).url for one in ("7", "7", "212")]

    assert [re.findall("<concat[^>]+>", url) for url in shown] == [
        ["<concat-ref-1>"],
        ["<concat-ref-1>"],
        ["<concat-ref-2>"],
    ]


def test_a_replay_makes_them_up() -> None:
    """Of the usual form, and where no system would put a server by itself."""
    references = References(stand_ins("a test", {}))
    shown = pushes.rendered(
        references, NOW, Request(method="GET", url="<receiver-1>/hook?concat-ref=<concat-ref-1>")
    )

    assert re.fullmatch(r"http://127\.0\.0\.1:1\d{4}/hook\?concat-ref=\d{3}", shown.url)


@pytest.mark.parametrize("body", ["", "[]", "{", '{"sig": 5}', '"text"', '{"scts":"2611260000"'])
def test_what_cannot_be_read(body: str) -> None:
    """Is shown as it is."""
    request = Request(method="POST", url=f"{ORIGIN}/hook", headers=JSON, body=body)
    masked = pushes.masked(_masker(), request)

    assert masked.body in (body, body.replace("5", "<sig:wrong>"), body.replace("2611260000", "<minute>"))


def test_headers_of_the_way_are_left_out() -> None:
    """Those of the provider stay; of the values, those that are known to tell nothing of anybody."""
    headers = (
        ("Host", "127.0.0.1:41234"),
        ("User-Agent", "Nexmo/MessagingHUB/v1.0"),
        ("Connection", "close"),
        ("Authorization", "Basic YW5uOnNlY3JldA=="),
    )
    masked = pushes.masked(_masker(), Request(method="GET", url=f"{ORIGIN}/hook", headers=headers))

    assert masked.headers == (("User-Agent", "Nexmo/MessagingHUB/v1.0"), ("Authorization", "<any>"))


@pytest.mark.parametrize("written", ["127.0.0.1:41234", "http%3A%2F%2F127.0.0.1%3A41234", ORIGIN])
def test_where_the_receiver_is_is_nobodys_business(written: str) -> None:
    """However a provider writes it."""
    masked = pushes.masked(_masker(), _get({"from": "x"} | {"at": "AT"})).url.replace("AT", written)
    shown = pushes.masked(_masker(), Request(method="GET", url=f"{ORIGIN}/hook?at={written}"))

    assert "41234" in masked
    assert "41234" not in shown.url


@pytest.mark.parametrize("url", ["/[x]/hook?messageId=1", "/hook?messageId=%ff#x", "//[?a"])
def test_an_odd_target(url: str) -> None:
    """Is shown as it is."""
    masked = pushes.masked(_masker(), Request(method="GET", url=f"{ORIGIN}{url}"))

    assert masked.url == f"<receiver-1>{url}"


def test_half_a_character() -> None:
    """Is none in a reference either: nobody could send it."""
    body = '{"messageId":"\\ud800AAAABBBBCCCC","to":"x"}'
    masked = pushes.masked(_masker(), Request(method="POST", url=f"{ORIGIN}/", headers=JSON, body=body))

    assert masked.body == body


def test_parts_that_come_at_once_stand_in_their_order() -> None:
    """By the ids of their answer, whichever came first; a later SMS stands behind."""
    references = References()
    ids = ["0A0000000ABCD1E1", "0A0000000ABCD1E2", "0A0000000ABCD1E3"]
    for one in ids:
        references.learn("message-id", one)
    came = [_get({"messageId": one}) for one in reversed([*ids, "FFFFFFFFFFFFFFFF"])]

    in_turn = sorted(came, key=lambda request: pushes.turn(references, request))
    assert [dict(pushes.pairs_of(one))["messageId"] for one in in_turn] == [*ids, "FFFFFFFFFFFFFFFF"]


def test_what_is_answered_says_not_where() -> None:
    """The receiver's own address has a reference."""
    answer = Answer(status=302, headers=(("Location", f"{ORIGIN}/hook/elsewhere"),))

    shown = pushes.answered(_masker().references, answer)
    assert shown.headers == (("Location", "<receiver-1>/hook/elsewhere"),)
