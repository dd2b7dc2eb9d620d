"""What the account allows: rate, balance, white list; and what is a setting."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from fake_provider.adapters.entropy import RandomEntropy
from fake_provider.config import load
from fake_provider.errors import InvalidValue
from tests.conftest import Serve, Served

ANN: dict[str, Any] = {"email": "ann@example.com", "api_key": "ann", "api_secret": "s", "balance": 1000}


def configured(serve: Serve, path: Path, text: str, **options: Any) -> Served:
    """Start a fake with a configuration file."""
    path.write_text(text, encoding="utf-8")
    return serve(settings=load(path, RandomEntropy()), **options)


# Rate


@pytest.mark.parametrize(
    ("options", "members", "limit"),
    [
        pytest.param({}, {"throttle": 3}, 3, id="the-account-says-how-many"),
        pytest.param({}, {"throttle": True}, 30, id="the-account-says-that-it-is"),
        pytest.param({"throttle": 2}, {}, 2, id="the-fake-says-how-many"),
        pytest.param({"throttle": 2}, {"throttle": 4}, 4, id="the-account-goes-before-the-fake"),
    ],
)
def test_requests_in_a_second(
    options: dict[str, Any], members: dict[str, Any], limit: int, serve: Serve
) -> None:
    """The next one is throttled, with the milliseconds to wait; after these it is accepted again."""
    served = serve(**options)
    served.fake.create_account(**ANN, **members)
    served.fake.clock.freeze()
    codes = [served.part(api_key="ann", api_secret="s")["status"] for _ in range(limit)]
    served.fake.clock.advance(0.3)
    part = served.part(api_key="ann", api_secret="s")
    assert codes == ["0"] * limit
    assert part == {
        "to": "447700900000",
        "status": "1",
        "error-text": "Throughput Rate Exceeded - please wait [ 700 ] and retry",
        "network": "23410",
    }

    served.fake.clock.advance(0.7)

    assert served.part(api_key="ann", api_secret="s")["status"] == "0"


@pytest.mark.parametrize("members", [{}, {"throttle": False}, {"throttle": 0}])
def test_nobody_counts_unless_told_to(members: dict[str, Any], documented: Served) -> None:
    """Throttling is off by default, and where the account says so."""
    documented.fake.create_account(**ANN, **members)
    documented.fake.clock.freeze()

    assert {documented.part(api_key="ann", api_secret="s")["status"] for _ in range(40)} == {"0"}


def test_each_key_has_its_own_count(serve: Serve) -> None:
    """Parts do not count, requests do."""
    served = serve(throttle=1)
    served.fake.clock.freeze()

    assert served.sms(text="a" * 1000).json()["messages"][0]["status"] == "0"
    assert served.part(api_key="efab5678", api_secret="fake-api-secret-2")["status"] == "0"
    assert served.part()["status"] == "1"


# Trial accounts


def test_a_trial_account(documented: Served) -> None:
    """It reaches its white list only, and every text says what it is; the sender's own text is kept beside."""
    documented.fake.create_account(**ANN, demo=True, whitelist=["447700900000"])
    sent = documented.part(api_key="ann", api_secret="s")
    refused = documented.part(api_key="ann", api_secret="s", to="447700900001")

    assert sent["status"] == "0"
    assert refused == {
        "to": "447700900001",
        "status": "29",
        "error-text": "Non White-listed Destination - rejected",
    }
    message = documented.control("GET", "/messages?to=447700900000")["messages"][0]
    assert message["text"] == "hello"
    assert message["shown_text"] == "hello[FREE SMS DEMO, TEST MESSAGE]"


def test_the_addition_takes_room(documented: Served) -> None:
    """A text that would fit one part needs two."""
    documented.fake.create_account(**ANN, demo=True, whitelist=["447700900000"])

    assert documented.sms(api_key="ann", api_secret="s", text="a" * 140).json()["message-count"] == "2"


# Balance


def test_an_empty_account_hears_of_it_before_the_route(documented: Served) -> None:
    """Quota goes before the route, in the order that is supposed."""
    documented.fake.create_account("poor@example.com", api_key="poor", api_secret="s", balance="0.001")

    assert documented.part(api_key="poor", api_secret="s", to="07700900000")["status"] == "9"
    assert documented.part(to="07700900000")["status"] == "6"


def test_the_last_cent_is_spent_once(documented: Served) -> None:
    """Twenty requests at once, and money for five."""
    documented.fake.create_account("poor@example.com", api_key="poor", api_secret="s", balance="0.1665")
    codes: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: codes.append(documented.part(api_key="poor", api_secret="s")["status"])
        )
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(codes) == ["0"] * 5 + ["9"] * 15


# Parts


@pytest.mark.parametrize(("part_lengths", "sizes"), [("153/67", [153, 153, 94]), ("152/62", [152, 152, 96])])
def test_the_length_of_parts_is_a_setting(
    part_lengths: str, sizes: list[int], serve: Serve, tmp_path: Path
) -> None:
    """As a header of six octets leaves it, or as the guides of 2017 print it."""
    served = configured(serve, tmp_path / "fake.toml", f'part_lengths = "{part_lengths}"')
    served.sms(text="a" * 400)
    served.sms(text="ü" * 130, type="unicode")

    assert [len(part.text) for part in served.fake.messages[0].parts] == sizes
    assert len(served.fake.messages[1].parts[0].text) == int(part_lengths[4:])


def test_parts_have_a_header_in_common(documented: Served) -> None:
    """Concatenation with an 8-bit reference: 05 00 03, the reference, how many, which."""
    documented.sms(text="a" * 400)
    documented.sms()
    several, single = documented.control("GET", "/messages")["messages"]
    headers = several["part_headers"]

    assert {header[:6] for header in headers} == {"050003"}
    assert len({header[6:8] for header in headers}) == 1
    assert [header[8:] for header in headers] == ["0301", "0302", "0303"]
    assert single["part_headers"] == [""]


def test_what_a_handset_shows(documented: Served) -> None:
    """A character that the alphabet lacks is a question mark there; what was sent is kept beside it."""
    documented.sms(text="naïve 你好 €")
    documented.sms(text="naïve 你好 €", type="unicode")
    as_text, as_unicode = documented.control("GET", "/messages")["messages"]

    assert (as_text["text"], as_text["shown_text"]) == ("naïve 你好 €", "na?ve ?? €")
    assert as_unicode["shown_text"] == "naïve 你好 €"


def test_a_long_wappush_and_a_long_card_have_parts(documented: Served) -> None:
    """128 octets each, beside a header that names the port too."""
    card = "BEGIN:VCARD\n" + "N:Ännchen\n" * 30
    documented.sms(type="vcard", text=None, vcard=card)
    documented.sms(type="wappush", text=None, title="t" * 100, url="http://example.com/" + "u" * 100)
    vcard, push = documented.control("GET", "/messages")["messages"]

    assert vcard["parts"] == 3
    assert "".join(vcard["part_texts"]) == card
    assert all(len(text.encode()) <= 128 for text in vcard["part_texts"])
    assert push["parts"] == 2


# Settings


def test_texts_of_statuses_are_a_setting(serve: Serve, tmp_path: Path) -> None:
    """For those whose words nobody recorded, and for the others too."""
    served = configured(serve, tmp_path / "fake.toml", '[status_texts]\n7 = "Barred!"\n4 = "Go away"\n')

    assert served.part(to="447700900107")["error-text"] == "Barred!"
    assert served.part(api_secret="wrong")["error-text"] == "Go away"
    assert served.part(to="447700900108")["error-text"] == "Partner account barred"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[status_texts]\nmany = "x"', "status_texts.many: a status, such as 7, is wanted"),
        ('part_lengths = "160/70"', "part_lengths: one of 153/67, 152/62"),
        ("max_messages = 0", "max_messages: a whole number from 1"),
        ('allow_webhooks_to = "*"', "allow_webhooks_to: a list is wanted"),
        ('[[accounts]]\nemail = "a@b"\nwebhook_method = "PUT"', r"accounts\[0\].webhook_method: one of GET, POST, POST-JSON"),
        ('[[accounts]]\nemail = "a@b"\nsignature_method = "rot13"', r"signature_method: one of md5, hmac-md5"),
        ('[[accounts]]\nemail = "a@b"\ndr_callback_url = "x"', "dr_callback_url: an absolute http or https URL"),
        ('[[accounts]]\nemail = "a@b"\nthrottle = -1', "throttle: true"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be(text: str, problem: str, tmp_path: Path) -> None:
    """The member is named, with what is allowed."""
    path = tmp_path / "fake.toml"
    path.write_text(text)

    with pytest.raises(InvalidValue, match=problem):
        load(path, RandomEntropy())


def test_the_history_is_bounded(serve: Serve, tmp_path: Path) -> None:
    """The oldest messages and exchanges are forgotten first, and their ids with them."""
    served = configured(serve, tmp_path / "fake.toml", "max_messages = 3\nmax_exchanges = 2")
    ids = [served.part(text=str(number))["message-id"] for number in range(5)]

    assert [message.text for message in served.fake.messages] == ["2", "3", "4"]
    assert len(served.fake.exchanges) == 2
    store = served.fake._provider.ports.store
    assert [store.message(name) is not None for name in ids] == [False, False, True, True, True]


def test_a_new_authorization_may_replace_the_old(serve: Serve, tmp_path: Path) -> None:
    """As one reading of the driver's comment has it; by default both stay."""
    path = tmp_path / "fake.toml"
    for text, stages in (
        ("", ["issued", "issued"]),
        ("reauthorization_revokes = true", ["revoked", "issued"]),
    ):
        served = configured(serve, path, text)
        served.access_token()
        served.access_token()
        tokens = served.control("GET", "/tokens")["tokens"]
        assert [token["stage"] for token in tokens if token["kind"] == "access"] == stages


def test_a_new_request_token_may_revoke_access(serve: Serve, tmp_path: Path) -> None:
    """As the driver's comment claims; other request tokens stay in any case."""
    served = configured(serve, tmp_path / "fake.toml", "request_token_revokes = true")
    served.request_token()
    served.access_token()
    served.request_token()

    tokens = served.control("GET", "/tokens")["tokens"]
    assert [(token["kind"], token["stage"]) for token in tokens] == [
        ("request", "issued"),
        ("request", "exchanged"),
        ("access", "revoked"),
        ("request", "issued"),
    ]
