"""``nexmo-oauth``: log in once, then send SMS and ask for the balance.

Exit codes: 0 done, 1 refused, 2 wrong use, 3 unreachable, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib import metadata
from typing import TYPE_CHECKING, NoReturn

from . import login, settings
from .account import Account
from .console import Console
from .credentials import AccessToken
from .errors import NexmoError, Refused, Unreachable, WrongUse
from .nexmo import NexmoOAuth
from .parser import WRONG_USE, Parser
from .settings import Settings
from .sms import SentMessage
from .tokens import TokenFile, default_path
from .wording import printable

if TYPE_CHECKING:
    from .parser import Commands

DONE, INTERRUPTED = 0, 130
EXIT_CODES: Mapping[type[NexmoError], int] = {Refused: 1, WrongUse: WRONG_USE, Unreachable: 3}

_MAX_PORT = 65535

_EPILOG = """\
environment:
  NEXMO_CONSUMER_KEY, NEXMO_CONSUMER_SECRET     the app's credentials, from the dashboard (required)
  NEXMO_ACCESS_TOKEN, NEXMO_ACCESS_TOKEN_SECRET an access token, in place of the stored one
  NEXMO_DASHBOARD_URL                           default https://dashboard.nexmo.com
  NEXMO_REST_URL                                default https://rest.nexmo.com
  NEXMO_CALLBACK_URL                            default for login's --callback

exit codes:
  0    done
  1    refused by the service: credentials, SMS (wholly or in part), or too fast
  2    wrong use: an option, an environment variable, no access token
  3    unreachable: network, time-out, server error, an answer that makes no sense
  130  interrupted

example:
  nexmo-oauth login && nexmo-oauth send --to 447700900000 --from NexmoOauth "hello from Nexmo"
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``nexmo-oauth`` with *argv* (default: the process's arguments) and return its exit code."""
    options = _parser().parse_args(argv)
    console = Console(stdin=sys.stdin, stdout=sys.stdout, stderr=sys.stderr, json=options.json)
    try:
        options.run(options, console)
    except NexmoError as error:
        console.error(error, options.caution if error.outcome_unknown else "")
        return next(code for kind, code in EXIT_CODES.items() if isinstance(error, kind))
    except KeyboardInterrupt:
        return INTERRUPTED
    return DONE


# The commands


def _login(options: argparse.Namespace, console: Console) -> None:
    found = settings.from_environment(os.environ)
    token = _authorized(options, console, found)
    file = TokenFile(default_path())
    file.save(token, consumer_key=found.client.key, dashboard_url=found.dashboard_url)
    if found.access_token is not None:
        console.note("NEXMO_ACCESS_TOKEN is set and goes before the token that is stored now.")
    console.result(
        f"{console.good('Logged in.')} The access token is stored in {file.path}.",
        {"logged_in": True, "token_file": file.path},
    )


def _authorized(options: argparse.Namespace, console: Console, found: Settings) -> AccessToken:
    nexmo = _nexmo(found)
    if options.port is not None:
        return login.by_loopback(nexmo, console, port=options.port, open_browser=not options.no_browser)
    if options.no_callback:
        return login.by_hand(nexmo, console, callback=None)
    callback = options.callback or found.callback
    if callback is not None:
        return login.by_hand(nexmo, console, callback=callback)
    if options.no_browser or not login.browser_available():
        return login.by_hand(nexmo, console, callback="oob")
    return login.by_loopback(nexmo, console)


def _send(options: argparse.Namespace, console: Console) -> None:
    account = _account()
    sent = account.send_sms(
        to=options.to,
        sender=options.sender,
        text=console.everything() if options.text == "-" else options.text,
        type=options.type,
        client_ref=options.client_ref,
        retry_unknown=options.retry_unknown,
    )
    facts = {
        "message_ids": sent.message_ids,
        "price": sent.price,
        "remaining_balance": sent.remaining_balance,
        "parts": [asdict(part) for part in sent.parts],
    }
    console.result(_receipt(sent, console), facts)


def _receipt(sent: SentMessage, console: Console) -> str:
    parts = "1 part" if len(sent.parts) == 1 else f"{len(sent.parts)} parts"
    return (
        f"{console.good('Sent')} to {sent.parts[0].to} in {parts} for {sent.price.normalize():f} EUR, "
        f"{sent.remaining_balance.normalize():f} EUR left; message id {', '.join(sent.message_ids)}"
    )


def _balance(options: argparse.Namespace, console: Console) -> None:  # noqa: ARG001 -- as its siblings
    balance = _account().get_balance()
    reload = "" if balance.auto_reload is None else f", auto-reload {'on' if balance.auto_reload else 'off'}"
    console.result(f"{balance.value} EUR{reload}", {**asdict(balance), "currency": "EUR"})


def _logout(options: argparse.Namespace, console: Console) -> None:  # noqa: ARG001
    file = TokenFile(default_path())
    deleted = file.delete()
    words = (
        f"Logged out: {file.path} is deleted. The token stays valid until it is revoked in the dashboard."
        if deleted
        else f"Nothing to do: there is no {file.path}."
    )
    console.result(words, {"logged_out": deleted, "token_file": file.path})


def _exec(options: argparse.Namespace, console: Console) -> None:  # noqa: ARG001
    token = _token(settings.from_environment(os.environ))
    given = dict(zip(settings.ACCESS_TOKEN, (token.token, token.secret), strict=True))
    command: list[str] = options.command
    try:
        os.execvpe(command[0], command, os.environ | given)  # noqa: S606  to become it is the purpose
    except (OSError, ValueError) as error:
        problem = error.strerror if isinstance(error, OSError) else str(error)
        raise WrongUse(f"{printable(command[0])} cannot be run: {problem}") from None


def _account() -> Account:
    found = settings.from_environment(os.environ)
    return _nexmo(found).account(_token(found))


def _token(found: Settings) -> AccessToken:
    return found.access_token or TokenFile(default_path()).load(
        consumer_key=found.client.key, dashboard_url=found.dashboard_url
    )


def _nexmo(found: Settings) -> NexmoOAuth:
    return NexmoOAuth(
        found.client.key,
        found.client.secret,
        dashboard_url=found.dashboard_url,
        rest_url=found.rest_url,
    )


# The command line


class _Version(argparse.Action):
    """Looks the version up when it is asked for: that takes longer than all the rest of a command's beginning."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        sys.stdout.write(f"nexmo-oauth {metadata.version('fake-nexmo')}\n")
        parser.exit(DONE)


def _parser() -> Parser:
    parser = Parser(
        prog="nexmo-oauth",
        description="Send SMS through Nexmo with OAuth 1.0a.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version, and end")
    commands: Commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_login(commands)
    _add_send(commands)
    _add_balance(commands)
    _add_logout(commands)
    _add_exec(commands)
    return parser


def _add_login(commands: Commands) -> None:
    parser = _command(commands, "login", "get an access token and store it", "nexmo-oauth login --no-browser")
    parser.set_defaults(run=_login)
    parser.add_argument(
        "--no-browser",
        action="store_true",
        help="open no browser: print the address and ask for the verifier",
    )
    way = parser.add_mutually_exclusive_group()
    way.add_argument(
        "--callback",
        type=_not_empty,
        metavar="URL|oob",
        help="send this callback and ask for the verifier (default: NEXMO_CALLBACK_URL, "
        "else a free port of this machine, else oob)",
    )
    way.add_argument(
        "--no-callback",
        action="store_true",
        help="send no callback, as in Nexmo's guide; strict services refuse it",
    )
    way.add_argument(
        "--port", type=_port, metavar="N", help="receive the callback on 127.0.0.1:N (0: a free port)"
    )


def _add_send(commands: Commands) -> None:
    parser = _command(
        commands,
        "send",
        "send one SMS",
        'nexmo-oauth send --to 447700900000 --from NexmoOauth "hello from Nexmo"',
    )
    parser.set_defaults(run=_send, caution="; it is not known whether the SMS was sent")
    parser.add_argument("--to", required=True, metavar="MSISDN", help="recipient, digits without a plus")
    parser.add_argument(
        "--from",
        required=True,
        dest="sender",
        metavar="SENDER",
        help="a number, or up to 11 letters and digits",
    )
    parser.add_argument("--type", choices=["text", "unicode"], help="default: what the text needs")
    parser.add_argument("--client-ref", metavar="REF", help="a reference of your own, up to 40 characters")
    parser.add_argument(
        "--retry-unknown",
        action="store_true",
        help="send once more where it is not known what became of the first; it may arrive twice",
    )
    parser.add_argument(
        "text", metavar="TEXT", help="the text; - reads it from standard input, -- goes before a dash"
    )


def _add_balance(commands: Commands) -> None:
    _command(commands, "balance", "show the account's balance", "nexmo-oauth balance --json").set_defaults(
        run=_balance
    )


def _add_logout(commands: Commands) -> None:
    _command(commands, "logout", "delete the stored access token", "nexmo-oauth logout").set_defaults(
        run=_logout
    )


def _add_exec(commands: Commands) -> None:
    parser = _command(
        commands,
        "exec",
        "run a command that takes its access token from the environment",
        "nexmo-oauth exec -- pytest --pyargs contract_tests --nexmo-target live",
    )
    parser.set_defaults(run=_exec)
    parser.add_argument(
        "command",
        nargs="+",
        metavar="COMMAND",
        help="it gets NEXMO_ACCESS_TOKEN and NEXMO_ACCESS_TOKEN_SECRET; -- goes before its options",
    )


def _command(commands: Commands, name: str, does: str, example: str) -> Parser:
    parser = commands.add_parser(
        name,
        help=does,
        description=f"{does[0].upper()}{does[1:]}.",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(caution="")  # only a send must not be repeated lightly
    parser.add_argument(
        "--json", action="store_true", help='print one JSON object; {"error": {...}} where it goes wrong'
    )
    return parser


def _not_empty(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("must not be empty; --no-callback sends none")
    return text


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text[:6]) > _MAX_PORT:
        raise argparse.ArgumentTypeError("must be a number from 0 to 65535")
    return int(text)
