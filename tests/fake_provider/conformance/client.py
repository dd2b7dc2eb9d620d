"""A client of the standard library alone, made right, or with one mistake: the one that the scenario of its name is
about, or one of those below.

    python client.py [MISTAKE]

It is a program of its own and imports nothing of this project, and of the standard library only what C made: socket, json,
hashlib and urllib.parse take three times as long to load as all else here takes to run, and it is run a thousand times.
"""

from __future__ import annotations

import binascii
import os
import sys
import time
from _json import make_scanner
from _sha1 import sha1  # type: ignore[import-not-found]
from _socket import AF_INET, SOCK_STREAM, socket

MISTAKE = sys.argv[1] if len(sys.argv) > 1 else ""
TIMEOUT_SECONDS = 3.0
UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
NO_TOKEN = ("", "")
NONCES = {
    "fresh-nonces": "always-the-same",
    "secret-as-nonce": os.environ["NEXMO_CONSUMER_SECRET"],
}


class Refused(Exception):
    """The answer was no, or none."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status} {text}")
        self.status = status
        self.text = text


def encoded(text: str) -> str:
    """Encode as RFC 5849 section 3.6 wants it."""
    return "".join(chr(octet) if octet in UNRESERVED else f"%{octet:02X}" for octet in text.encode())


def decoded(text: str) -> str:
    """Decode a name or a value of a form; raises ValueError."""
    first, *others = text.replace("+", " ").encode().split(b"%")
    octets = first + b"".join(bytes.fromhex(other[:2].decode()) + other[2:] for other in others)
    return octets.decode()


def form_of(text: str) -> dict[str, str]:
    """Read a form, or a query; raises ValueError."""
    pairs = (field.partition("=") for field in text.split("&") if field)
    return {decoded(name): decoded(value) for name, _, value in pairs}


def written(form: dict[str, str]) -> str:
    """Write a form."""
    return "&".join(f"{encoded(name)}={encoded(value)}" for name, value in form.items())


def hmac_sha1(key: bytes, text: bytes) -> bytes:
    """RFC 2104."""
    block = (sha1(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = sha1(bytes(octet ^ 0x36 for octet in block) + text).digest()
    return bytes(sha1(bytes(octet ^ 0x5C for octet in block) + inner).digest())


class Json:
    """What the scanner of the json module is told; see ``json.decoder.JSONDecoder``."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float = parse_constant = float
    parse_int = int


def read_json(text: str) -> dict[str, list[dict[str, str]]]:
    """Read JSON; raises ValueError."""
    try:
        value, end = make_scanner(Json)(text, 0)  # type: ignore[arg-type]
    except StopIteration:
        raise ValueError("no JSON") from None
    if text[end:].strip():
        raise ValueError("more than JSON")
    return dict(value)


def authorization(
    method: str, url: str, form: dict[str, str], token: tuple[str, str], **more: str
) -> dict[str, str]:
    """Sign a request (RFC 5849 section 3.4); returns its Authorization header."""
    oauth = {
        "oauth_consumer_key": os.environ["NEXMO_CONSUMER_KEY"],
        "oauth_nonce": NONCES.get(MISTAKE) or os.urandom(12).hex(),
        "oauth_timestamp": str(int(time.time())),
        "oauth_signature_method": "HMAC-SHA1",
        **({"oauth_token": token[0]} if token[0] else {}),
        **more,
    }
    signed = {**oauth, **form}
    if MISTAKE == "unsigned-text":
        signed.pop("text", None)
    if MISTAKE == "bad-sms-signature" and form:
        signed["text"] = "another"
    pairs = sorted((encoded(name), encoded(value)) for name, value in signed.items())
    normalized = "&".join(f"{name}={value}" for name, value in pairs)
    base_string = "&".join([method, encoded(url), encoded(normalized)])
    parts = (os.environ["NEXMO_CONSUMER_SECRET"], token[1])
    key = "&".join(parts if MISTAKE == "awkward-secrets" else map(encoded, parts))
    digest = hmac_sha1(key.encode(), base_string.encode())
    oauth["oauth_signature"] = binascii.b2a_base64(digest, newline=False).decode()
    fields = ", ".join(f'{name}="{encoded(value)}"' for name, value in oauth.items())
    return {"Authorization": f"OAuth {fields}"}


def post(url: str, headers: dict[str, str], body: str = "") -> tuple[int, dict[str, str], str]:
    """Send a request, once; returns status, headers and text of its answer. Raises OSError, ValueError."""
    _, _, authority, path = url.split("/", 3)
    host, _, port = authority.partition(":")
    octets = body.encode()
    fields = {
        "Host": authority,
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(octets)),
        "Connection": "close",
        **headers,
    }
    lines = [f"POST /{path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    connection = socket(AF_INET, SOCK_STREAM)
    try:
        connection.settimeout(None if MISTAKE == "hanging-answer" else TIMEOUT_SECONDS)
        connection.connect((host, int(port)))
        connection.sendall("\r\n".join(lines).encode() + octets)
        answer = b""
        while more := connection.recv(65536):
            answer += more
    finally:
        connection.close()
    head, end, text = answer.partition(b"\r\n\r\n")
    if not end:
        raise ConnectionError("the connection ended without an answer")
    first, *pairs = head.decode("latin-1").split("\r\n")
    answered = dict(pair.split(": ", 1) for pair in pairs)
    if len(text) != int(answered["Content-Length"]):
        raise ConnectionError("the answer is not whole")
    return int(first.split()[1]), answered, text.decode("utf-8", "replace")


def token_from(path: str, token: tuple[str, str], **more: str) -> dict[str, str]:
    """Ask one of the token endpoints."""
    url = os.environ["NEXMO_DASHBOARD_URL"] + path
    status, _, text = post(url, authorization("POST", url, {}, token, **more))
    if status != 200:
        raise Refused(status, text)
    if MISTAKE == "extra-parameters":
        by_place = [field.partition("=") for field in text.split("&")[:2]]
        if [name for name, _, _ in by_place] != ["oauth_token", "oauth_token_secret"]:
            raise ValueError("no token where it always was")
        return form_of(text) | {name: decoded(value) for name, _, value in by_place}
    return form_of(text)


def pair(fields: dict[str, str]) -> tuple[str, str]:
    return fields["oauth_token"], fields["oauth_token_secret"]


def access() -> tuple[str, str]:
    """Go through the three legs; returns the access token and its secret."""
    if MISTAKE == "own-callback":
        return by_own_callback()
    # Who always reads the variable fails where it is not set.
    if MISTAKE == "documented-flow":
        callback: str | None = os.environ["NEXMO_CALLBACK_URL"]
    else:
        callback = os.environ.get("NEXMO_CALLBACK_URL") if MISTAKE != "no-callback" else None
    sends_callback = {"oauth_callback": callback} if callback else {}
    request_token = token_from("/oauth/request_token", NO_TOKEN, **sends_callback)
    ensure_confirmed(request_token, callback)
    verifier = sys.stdin.readline().strip()
    sends_verifier = {"oauth_verifier": verifier} if verifier else {}
    try:
        access_token = token_from("/oauth/access_token", pair(request_token), **sends_verifier)
    except Refused:
        if MISTAKE == "goes-on":
            return pair(request_token)
        raise
    if MISTAKE == "rfc5849-flow":
        return pair(request_token)  # as the published driver does
    return pair(access_token)


def ensure_confirmed(fields: dict[str, str], callback: str | None) -> None:
    confirmed = fields.get("oauth_callback_confirmed") == "true"
    if callback and not confirmed and MISTAKE != "callback-not-confirmed":
        raise Refused(200, "the callback is not confirmed")


def by_own_callback() -> tuple[str, str]:
    """Listen for the browser, as an application of the desktop does; nothing is read from standard input."""
    from socket import create_server

    with create_server(("127.0.0.1", 0)) as listener:
        callback = f"http://127.0.0.1:{listener.getsockname()[1]}/cb?mine=1"
        request_token = token_from("/oauth/request_token", NO_TOKEN, oauth_callback=callback)
        ensure_confirmed(request_token, callback)
        connection, _ = listener.accept()
        with connection:
            target = connection.recv(65536).split(b" ")[1].decode()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    found = form_of(target.partition("?")[2])
    if found["oauth_token"] != request_token["oauth_token"] or "oauth_problem" in found:
        raise Refused(200, found.get("oauth_problem", "another's token"))
    return pair(
        token_from("/oauth/access_token", pair(request_token), oauth_verifier=found["oauth_verifier"])
    )


def send(token: tuple[str, str]) -> str:
    """Send the SMS; returns the text of the answer."""
    text = os.environ["NEXMO_SMS_TEXT"]
    form = {
        "from": os.environ["NEXMO_CONSUMER_SECRET"]
        if MISTAKE == "secret-as-sender"
        else os.environ["NEXMO_SMS_FROM"],
        "to": os.environ["NEXMO_SMS_TO"],
        "text": text.strip() if MISTAKE == "awkward-text" else text,
        "type": "text" if MISTAKE == "no-type" or all(ord(letter) < 256 for letter in text) else "unicode",
    }
    url = os.environ["NEXMO_REST_URL"] + "/sms/json"
    if MISTAKE == "everything-signed":
        headers = authorization("POST", url, {}, token) | {"Content-Type": "application/json"}
        import json

        body = json.dumps(form)
    else:
        headers, body = authorization("POST", url, form, token), written(form)
    if MISTAKE == "slow-to-send":
        time.sleep(2.5)
    if MISTAKE == "secrets-stay-home":
        headers["X-Debug"] = token[1]
    status, answered, answer = repeated(url, headers, body)
    if status in (301, 302, 303, 307) and MISTAKE == "redirect-elsewhere":
        status, _, answer = post(answered["Location"], headers, body)
    if status != 200:
        raise Refused(status, answer)
    return answer


def repeated(url: str, headers: dict[str, str], body: str) -> tuple[int, dict[str, str], str]:
    """Send once, or again where that is the mistake."""
    try:
        first = post(url, headers, body)
    except OSError:
        if MISTAKE != "resends-after-drop":
            raise
        return post(url, headers, body)
    if first[0] == 500 and MISTAKE == "resends-after-500":
        return post(url, headers, body)
    return first


def statuses(answer: str) -> list[str]:
    """Return the status of every part, read from JSON."""
    if MISTAKE == "malformed-answer":
        import re

        return re.findall('"status": "([0-9]+)"', answer) or ["0"]
    return [message["status"] for message in read_json(answer)["messages"]]


def sent(token: tuple[str, str]) -> bool:
    """Send, and once more where the answer says that this is safe; returns whether the SMS was accepted."""
    answer = send(token)
    found = statuses(answer)
    if found == ["1"]:
        if MISTAKE != "throttled":
            time.sleep(0.25)
        found = statuses(send(token))
    if MISTAKE == "sms-refused" and found == ["9"]:
        return True
    if MISTAKE == "partial-failure":
        return found[0] == "0"
    return all(status == "0" for status in found)


def sent_whatever_happens(token: tuple[str, str]) -> bool:
    """Send once more where the connection is lost, signed anew."""
    try:
        return sent(token)
    except ConnectionError:
        return sent(token)


# What goes unnoticed by whom, by what stands in the answer.
UNNOTICED = {
    "user-denies": "permission_denied",
    "request-token-refused": "consumer_key_refused",
    "access-token-refused": "permission_unknown",
    "token-revoked": "Bad Credentials",
    "server-error": "Internal Server Error",
}


def main() -> int:
    if MISTAKE == "waits-when-refused":
        os.environ["NEXMO_CONSUMER_SECRET"] += "\n"
    if MISTAKE == "prints-secret":
        print("key", os.environ["NEXMO_CONSUMER_SECRET"])
    try:
        token = access()
        if MISTAKE == "sends-twice":
            sent(token)
        if MISTAKE == "sends-again-after-drop":
            return 0 if sent_whatever_happens(token) else 1
        return 0 if sent(token) and MISTAKE != "says-it-failed" else 1
    except Refused as error:
        print(error)
        if MISTAKE == "waits-when-refused":
            sys.stdin.readline()
        return 0 if UNNOTICED.get(MISTAKE, "\0") in error.text else 1
    except ConnectionError as error:
        print(error)
        if MISTAKE == "connection-dropped":
            return 0
        return 1
    except (OSError, ValueError, KeyError) as error:
        print(type(error).__name__, error)
        return 1


if __name__ == "__main__":
    sys.exit(main())
