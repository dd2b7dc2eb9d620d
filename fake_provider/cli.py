"""``fake-nexmo``: the command. Exit codes: 0 well, 1 it could not be done here, 2 wrong use, 130 interrupted."""

from __future__ import annotations

import argparse
import ipaddress
import logging
import math
import re
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from .adapters.entropy import RandomEntropy
from .domain.policy import Profile
from .errors import AddressInUse, FakeNexmoError, InvalidValue
from .settings import DEFAULT_PASSWORD, DEFAULT_THROTTLE, DEMO_ACCOUNTS, DEMO_APP, Settings
from .terminal import Paint
from .version import __version__

if TYPE_CHECKING:
    from .fake import FakeNexmo

OK, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130
_MAX_PORT = 65535
_LONGEST_SECONDS = 3600


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``fake-nexmo`` with *argv* and return its exit code."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.command is None:
        parser.print_help()
        return WRONG_USE
    if getattr(options, "client", None) is not None and options.client[:1] == ["--"]:
        del options.client[0]  # in front of COMMAND
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        return INTERRUPTED
    except AddressInUse as error:
        print(f"fake-nexmo: {error}", file=sys.stderr)
        return FAILED
    except FakeNexmoError as error:
        print(f"fake-nexmo: {error}", file=sys.stderr)
        return WRONG_USE


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and where to read more, instead of repeating the usage."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}; see {self.prog} --help", file=sys.stderr)
        raise SystemExit(WRONG_USE)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="fake-nexmo",
        description="A fake Nexmo: OAuth 1.0a provider and SMS API for tests. No SMS leaves this machine.",
        epilog="example: fake-nexmo serve --port 8080",
    )
    parser.add_argument("--version", action="version", version=f"fake-nexmo {__version__}")
    commands = parser.add_subparsers(dest="command", title="commands", metavar="COMMAND")
    _add_serve(commands)
    _add_explain(commands)
    _add_check(commands)
    _add_run(commands)
    _add_ca(commands)
    _add_env(commands)
    return parser


def _add_check(commands: argparse._SubParsersAction[_Parser]) -> None:
    check = commands.add_parser(
        "check",
        help="run a client's command through the conformance scenarios",
        usage="%(prog)s [options] -- COMMAND …",
        description="Run COMMAND, a client in whatever language, through one private fake after another, and say what it does "
        "right and wrong. It finds its fake, its credentials and its SMS in the environment: NEXMO_DASHBOARD_URL, "
        "NEXMO_REST_URL, NEXMO_CONSUMER_KEY, NEXMO_CONSUMER_SECRET, NEXMO_CALLBACK_URL, NEXMO_SMS_TO, NEXMO_SMS_FROM, "
        "NEXMO_SMS_TEXT. It is to ask for a request token, read one line from standard input (the verifier, or nothing), ask "
        "for an access token, send the SMS, and end with exit code 0 where it was accepted. "
        "Exit code of check: 0 without FAILED, 1 with, 2 for wrong use.",
        epilog="example: fake-nexmo check --html report.html -- python my_client.py",
    )
    check.set_defaults(run=_check)
    check.add_argument(
        "--scenario",
        action="append",
        default=[],
        metavar="NAME",
        help="run this one only; may be repeated",
    )
    check.add_argument(
        "--timeout",
        type=_seconds,
        default=20.0,
        metavar="SECONDS",
        help="for one run of COMMAND (default: 20)",
    )
    check.add_argument(
        "--jobs",
        type=_positive,
        metavar="N",
        help="so many runs at the same time (default: one for each processor)",
    )
    check.add_argument(
        "--real-hosts",
        action="store_true",
        help="let COMMAND reach the fake under the real host names, as run does: for a client with hard-coded URLs",
    )
    check.add_argument(
        "--json", type=Path, metavar="FILE", help="write the report as JSON; - is standard output"
    )
    check.add_argument(
        "--junit-xml", type=Path, metavar="FILE", help="write it as JUnit XML, for a CI server"
    )
    check.add_argument(
        "--html", type=Path, metavar="FILE", help="write it as one page, with all that was sent"
    )
    check.add_argument("client", nargs=argparse.REMAINDER, metavar="COMMAND", help=argparse.SUPPRESS)


def _check(options: argparse.Namespace) -> int:
    from .conformance.command import run

    return run(options)


def _add_explain(commands: argparse._SubParsersAction[_Parser]) -> None:
    explain = commands.add_parser(
        "explain",
        help="explain why the signature of one request does not verify",
        description="Explain why the OAuth 1.0a signature of one request does not verify, for any provider. Secrets that are "
        "not given are read from NEXMO_CONSUMER_SECRET and NEXMO_ACCESS_TOKEN_SECRET, or asked for at a terminal. "
        "Exit code 0: it verifies, 1: it does not, 2: wrong use.",
        epilog="example: fake-nexmo explain request.txt, with a curl command, a raw HTTP request or a HAR file in it",
    )
    explain.set_defaults(run=_explain)
    explain.add_argument(
        "request",
        nargs="?",
        metavar="FILE",
        help="a curl command, a raw HTTP request or a HAR file; - or nothing reads standard input",
    )
    explain.add_argument(
        "--method", help="of a request that is given by options (default: GET, POST with --body)"
    )
    explain.add_argument("--url", help="its absolute URL, query and all")
    explain.add_argument(
        "--header",
        action="append",
        default=[],
        metavar="'NAME: VALUE'",
        help="one of its headers; may be repeated",
    )
    explain.add_argument("--body", help="its body; a form, unless a Content-Type header says otherwise")
    explain.add_argument("--consumer-secret", metavar="SECRET", help="of the app")
    explain.add_argument("--token-secret", metavar="SECRET", help="of the token")
    explain.add_argument(
        "--other-secret",
        action="append",
        default=[],
        metavar="SECRET",
        help="one that may have been used by mistake, of another token or app; may be repeated",
    )
    explain.add_argument("--rsa-public-key", type=Path, metavar="FILE", help="PEM, for RSA-SHA1")
    explain.add_argument("--json", action="store_true", help="print JSON")


def _explain(options: argparse.Namespace) -> int:
    from .explaining.command import run

    return run(options)


def _add_serve(commands: argparse._SubParsersAction[_Parser]) -> None:
    serve = commands.add_parser(
        "serve",
        help="serve over HTTP until interrupted",
        description="Serve the fake over HTTP until SIGINT or SIGTERM.",
        epilog="example: fake-nexmo serve --port 0 --profile strict --config fake.toml",
    )
    serve.set_defaults(run=_serve)
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    serve.add_argument(
        "--port",
        type=_port,
        default=8080,
        help="port to listen on, 0 takes a free one (default: %(default)s)",
    )
    serve.add_argument(
        "--tls",
        action="store_true",
        help="speak HTTPS, with a certificate for dashboard.nexmo.com, rest.nexmo.com and this machine; "
        "fake-nexmo ca says how to trust it",
    )
    serve.add_argument(
        "--trust-proxy",
        action="store_true",
        help="believe X-Forwarded-Proto, -Host and -Port of a proxy in front",
    )
    serve.add_argument(
        "--control-token",
        type=_control_token,
        metavar="TOKEN",
        help="what /_fake/ calls must bring as a bearer token; "
        "made up and printed where the address is not loopback",
    )
    serve.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="let the dashboard and the control API be asked for by this host name too (* for any part of it); may "
        "be repeated. Only where the fake listens on loopback it matters",
    )
    _add_fakes_options(serve, log_level="info")


def _add_fakes_options(parser: argparse.ArgumentParser, *, log_level: str) -> None:
    """Add what a fake is made with, however it is reached."""
    parser.add_argument(
        "--profile",
        choices=[profile.value for profile in Profile],
        help="documented accepts what Nexmo's samples do, strict holds a client to RFC 5849 "
        "(default: what --config says, else documented)",
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="TOML file with accounts, apps, numbers, replies, and every setting of docs/sms.md",
    )
    parser.add_argument(
        "--auto-approve", action="store_true", help="authorize at once as the first account, without a page"
    )
    parser.add_argument(
        "--seed", type=_whole_number, metavar="N", help="make tokens and ids repeat from run to run"
    )
    parser.add_argument(
        "--throttle",
        type=_whole_number,
        nargs="?",
        const=DEFAULT_THROTTLE,
        metavar="N",
        help=f"answer more than N SMS requests a second of one api_key with status 1 (N: {DEFAULT_THROTTLE}); "
        "off unless given",
    )
    parser.add_argument(
        "--allow-webhooks-to",
        action="append",
        default=[],
        metavar="PATTERN",
        help="push webhooks to this host name (* for any part of it), address or network too; may be repeated. "
        "This machine and private networks are allowed without",
    )
    parser.add_argument(
        "--log-level",
        choices=["debug", "info", "warning", "error"],
        default=log_level,
        help="(default: %(default)s)",
    )


def _add_run(commands: argparse._SubParsersAction[_Parser]) -> None:
    run = commands.add_parser(
        "run",
        help="run a command to which the real host names lead to a fake",
        usage="%(prog)s [options] -- COMMAND …",
        description="Start a private fake and run COMMAND so that https://dashboard.nexmo.com and "
        "https://rest.nexmo.com lead to it, over verified TLS, with no change to COMMAND: in a namespace of "
        "Linux, or by a proxy and the variables that libraries honour. The exit code is COMMAND's; 127 if there is "
        "no such command.",
        epilog="example: fake-nexmo run --auto-approve -- php send.php",
    )
    run.set_defaults(run=_run)
    run.add_argument(
        "--via",
        choices=["auto", "namespace", "proxy"],
        default="auto",
        help="how the names lead to the fake; what was chosen is said on standard error (default: %(default)s)",
    )
    run.add_argument(
        "--offline",
        action="store_true",
        help="give COMMAND a network of its own, in which nothing but the fake is",
    )
    run.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="HOST",
        help="let the proxy pass requests on to this host (* for any part of it); may be repeated",
    )
    run.add_argument(
        "--summary",
        choices=["text", "json", "off"],
        default="text",
        help="what is said on standard error at the end (default: %(default)s)",
    )
    _add_fakes_options(run, log_level="error")
    run.add_argument("client", nargs=argparse.REMAINDER, metavar="COMMAND", help=argparse.SUPPRESS)


def _run(options: argparse.Namespace) -> int:
    from .realhosts.command import run

    _log_to_stderr(options.log_level)
    return run(options, _fake(options))


def _add_ca(commands: argparse._SubParsersAction[_Parser]) -> None:
    ca = commands.add_parser(
        "ca",
        help="show, explain or remove the certificate authority of this machine",
        description="The certificate authority that serve --tls and run use: made on first use, kept in your data "
        "directory, limited to the two hosts and to this machine. path: where its certificate is; show: its "
        "fingerprint; install-help: how to trust it, and how to be rid of it; remove: delete it.",
        epilog="example: curl --cacert $(fake-nexmo ca path) https://localhost:8080/_fake/health",
    )
    ca.set_defaults(run=_ca)
    ca.add_argument("action", choices=["path", "show", "install-help", "remove"])


def _ca(options: argparse.Namespace) -> int:
    from .realhosts.command import ca

    return ca(options)


def _add_env(commands: argparse._SubParsersAction[_Parser]) -> None:
    env = commands.add_parser(
        "env",
        help="print the variables with which programs reach a running server",
        description="Print the environment variables with which the client package, and programs like it, reach a running "
        "server; with an https URL also those that make libraries trust its certificate.",
        epilog='example: eval "$(fake-nexmo env --url https://localhost:8080)"',
    )
    env.set_defaults(run=_env)
    env.add_argument(
        "--url", type=_origin, default="http://127.0.0.1:8080", help="of the server (default: %(default)s)"
    )
    env.add_argument(
        "--format",
        choices=["shell", "dotenv", "compose"],
        default="shell",
        help="for a shell, a file of variables, or a compose file (default: %(default)s)",
    )
    env.add_argument("--consumer-key", default=DEMO_APP.client_key, help="(default: %(default)s)")
    env.add_argument("--consumer-secret", default=DEMO_APP.client_secret, help="(default: %(default)s)")


def _env(options: argparse.Namespace) -> int:
    from .realhosts.command import env

    return env(options)


def _origin(text: str) -> str:
    if not re.fullmatch(r"https?://[^/?#\s]+/?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no base URL, such as https://localhost:8080")
    return text.rstrip("/")


def _whole_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number; 0 or more is wanted")
    return int(text)


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5) or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number; 1 or more is wanted")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= _LONGEST_SECONDS:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number of seconds above 0, {_LONGEST_SECONDS} at the most"
        )
    return seconds


def _control_token(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise argparse.ArgumentTypeError(
            "it is empty, or not printable; a text that nobody guesses is wanted"
        )
    return text.strip()


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 8) or int(text) > _MAX_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; 0 to {_MAX_PORT} is wanted")
    return int(text)


def _serve(options: argparse.Namespace) -> int:
    _log_to_stderr(options.log_level)
    token = options.control_token
    if token is None and not _is_loopback(options.host):
        token = RandomEntropy().token()
    fake = _fake(
        options, trust_proxy=options.trust_proxy, control_token=token, allow_hosts=options.allow_host
    )
    tls = None
    if options.tls:
        from .realhosts.authority import load_or_make

        tls = load_or_make().server_context()
    with _awaiting_signals() as ended, fake.serve(host=options.host, port=options.port, tls=tls) as server:
        print(_banner(fake, server.url, token), flush=True)
        ended.recv(1)
    return OK


def _log_to_stderr(level: str) -> None:
    # Of the libraries only what is wrong: oauthlib says in fifteen lines that a signature is.
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s", stream=sys.stderr)
    logging.getLogger("fake_nexmo").setLevel(level.upper())


def _fake(
    options: argparse.Namespace,
    *,
    trust_proxy: bool = False,
    control_token: str | None = None,
    allow_hosts: Sequence[str] = (),
) -> FakeNexmo:
    """Make the fake that the options describe."""
    from .config import load
    from .fake import FakeNexmo

    return FakeNexmo(
        profile=options.profile,
        settings=load(options.config, RandomEntropy(options.seed)) if options.config else Settings(),
        seed=options.seed,
        auto_approve=options.auto_approve,
        trust_proxy=trust_proxy,
        control_token=control_token,
        throttle=options.throttle,
        allow_hosts=allow_hosts,
        allow_webhooks_to=options.allow_webhooks_to,
    )


@contextmanager
def _awaiting_signals() -> Iterator[socket.socket]:
    """Give a socket from which an octet can be read once SIGINT or SIGTERM has come, whichever thread got it.

    A handler alone runs in the main thread only, which does not wake up when the system hands the signal to another.
    """
    reader, writer = socket.socketpair()
    with reader, writer:
        writer.setblocking(False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        try:
            yield reader
        finally:
            signal.set_wakeup_fd(-1)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        raise InvalidValue("host", f"{host!r} is no address; 127.0.0.1 or 0.0.0.0, for example") from None


def _banner(fake: FakeNexmo, url: str, control_token: str | None) -> str:
    paint = Paint(sys.stdout)
    account, profile = fake.accounts[0], fake.policy.profile.value
    rows = [("base URL", url), ("profile", profile), ("sign in as", f"{account.email}  {_password(fake)}")]
    rows += [("api_key, api_secret", f"{account.api_key}  {account.api_secret}")]
    for app in fake.apps[:1]:
        rows += [("consumer key", app.client_key), ("consumer secret", app.client_secret)]
    if control_token is not None:
        rows.append(("control token", control_token))
    lines = [paint(f"fake-nexmo {__version__} is serving", "bold", "green") + "; Ctrl-C stops it"]
    lines += [f"  {paint(f'{name:<20}', 'dim')} {value}" for name, value in rows]
    bearer = f' -H "Authorization: Bearer {control_token}"' if control_token is not None else ""
    lines.append(f"  try: curl{bearer} {url}/_fake/health")
    return "\n".join(lines)


def _password(fake: FakeNexmo) -> str:
    """Return the seeded password; one that somebody chose is theirs to remember."""
    first = fake.accounts[0]
    return (
        DEFAULT_PASSWORD if first.password == DEMO_ACCOUNTS[0].password else "(the password in your --config)"
    )
