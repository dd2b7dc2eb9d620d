"""``fake-nexmo explain``: reads the request and the secrets, and prints what is so."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..domain.wire import WireRequest
from ..errors import InvalidValue
from ..oauth.alignment import Aligned, Cell, aligned
from ..terminal import Paint
from .pasted import FORM, read_all, request
from .verdict import Explanation, explain

_PROOF = {
    "exact": "proved: with this mistake the signature is precisely the one that came",
    "seen": "it stands in the request for anyone to see",
    "guess": "nothing explains the signature that came",
}


def run(options: argparse.Namespace) -> int:
    """Explain; returns 0 where every signature verifies, else 1. Raises InvalidValue for wrong use."""
    wires = _requests(options)
    public_key = _text_of(options.rsa_public_key) if options.rsa_public_key else None
    consumer_secret = _secret(options.consumer_secret, "NEXMO_CONSUMER_SECRET", "Consumer secret")
    token_secret = _token_secret(options, wires)
    explanations = [
        explain(
            wire,
            consumer_secret=consumer_secret,
            token_secret=token_secret,
            rsa_public_key=public_key,
            other_secrets=options.other_secret,
        )
        for wire in wires
    ]
    if options.json:
        shown = [one.as_json() for one in explanations]
        print(json.dumps(shown[0] if len(shown) == 1 else {"requests": shown}, indent=2))
    else:
        _print(wires, explanations)
    return 0 if all(one.verifies for one in explanations) else 1


def _print(wires: Sequence[WireRequest], explanations: Sequence[Explanation]) -> None:
    paint = Paint(sys.stdout)
    for number, (wire, explanation) in enumerate(zip(wires, explanations, strict=True), start=1):
        if len(wires) > 1:
            where = f"{wire.scheme}://{wire.host}{wire.raw_path}"
            print(paint(f"{number} of {len(wires)}: {wire.method} {where}", "bold"))
        print("\n".join(_lines(explanation, paint)))
        if number < len(wires):
            print()


# What is asked


def _requests(options: argparse.Namespace) -> Sequence[WireRequest]:
    by_options = options.url is not None
    if by_options and options.request is not None:
        raise InvalidValue("request", "give either a file or --url, not both")
    if not by_options:
        if options.method or options.header or options.body is not None:
            raise InvalidValue("url", "--method, --header and --body want --url")
        if options.request in (None, "-"):
            if sys.stdin.isatty():
                print("Paste a curl command, a raw HTTP request or a HAR file, then Ctrl-D:", file=sys.stderr)
            return read_all(sys.stdin.read())
        return read_all(_text_of(Path(options.request)))
    headers = [_header(one) for one in options.header]
    if options.body and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", FORM))
    body = options.body or ""
    return [request(options.method or ("POST" if body else "GET"), options.url, headers, body.encode())]


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise InvalidValue("header", f"'Name: value' is wanted, not {text[:60]!r}")
    return name.strip(), value.strip()


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise InvalidValue(str(path), reason or "cannot be read") from None


def _secret(given: str | None, variable: str, name: str) -> str:
    """Return a secret: as given, from the environment, or as somebody types it unseen at a terminal."""
    if given is not None:
        return given
    if variable in os.environ:
        return os.environ[variable]
    if sys.stdin.isatty() and sys.stderr.isatty():
        return getpass.getpass(f"{name}: ", stream=sys.stderr)
    option = name.lower().replace(" ", "-")
    raise InvalidValue(option, f"give --{option}, or set {variable}")


def _token_secret(options: argparse.Namespace, wires: Sequence[WireRequest]) -> str:
    has_token = any(
        "oauth_token=" in f"{wire.header('authorization')} {wire.query} {wire.body.decode('latin-1')}"
        for wire in wires
    )
    if not has_token and options.token_secret is None:
        return ""
    return _secret(options.token_secret, "NEXMO_ACCESS_TOKEN_SECRET", "Token secret")


# What is told


def _lines(explanation: Explanation, paint: Paint) -> Iterator[str]:
    diagnosis = explanation.diagnosis
    if diagnosis is None:
        yield paint("The signature verifies.", "bold", "green")
        yield from (f"  note: {note}" for note in explanation.notes)
    else:
        codes = " and ".join(diagnosis.causes or (diagnosis.code,))
        yield paint(f"It does not verify: {codes}", "bold", "red") + f"  ({_PROOF[diagnosis.proof]})"
        yield f"  {diagnosis.message}"
        yield f"  {paint('What to change:', 'bold')} {diagnosis.advice}"
        if diagnosis.also:
            yield f"  Also: {', '.join(diagnosis.also)}"
    if explanation.base_string is not None:
        yield ""
        client = diagnosis.client_base_string if diagnosis else None
        both = aligned(explanation.base_string, client)
        yield paint(
            "The base string, as it should be" + (", and as it was signed:" if client else ":"), "bold"
        )
        yield from _base_string(both, paint)
        yield ""
        yield explanation.base_string


def _base_string(both: Aligned, paint: Paint) -> Iterator[str]:
    width = min(30, max((len(row.name) for row in both.rows), default=0))
    for row in both.rows:
        name = paint(f"{row.name[:width]:<{width}}", "dim")
        if not row.differs:
            yield f"  {name}  {_shown(row.expected, paint)}"
        else:
            yield f"{paint('!', 'red')} {name}  {_shown(row.expected, paint, 'green')}"
            yield f"  {'':<{width}}  {_shown(row.client, paint, 'red')}"
    if both.left_out:
        yield f"  … {both.left_out} more parameters"


def _shown(cell: Cell | None, paint: Paint, *styles: str) -> str:
    if cell is None:
        return paint("(not there)", *styles)
    return cell.same + paint(cell.other, *styles)
