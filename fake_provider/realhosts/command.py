"""``fake-nexmo run``, ``ca`` and ``env``."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shlex
import shutil
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qsl, quote

from ..domain.wire import WireRequest
from ..errors import InvalidValue
from ..fake import FakeNexmo
from ..operations.outcome import Outcome
from ..terminal import Paint
from . import authority, launch, stores, variables
from .stage import Stage, Wishes

NOT_FOUND, NOT_EXECUTABLE, INTERRUPTED = 127, 126, 130

_KEPT_FROM_THE_COMMAND = ("NEXMO_ACCESS_TOKEN", "NEXMO_ACCESS_TOKEN_SECRET")
"""Of the real service, mostly: the fake does not know them, and they are not to be tried on it."""


def run(
    options: argparse.Namespace, fake: FakeNexmo, own: authority.Authority | None, control_token: str | None
) -> int:
    """Run a command with the two names leading to *fake*; returns its exit code.

    The fake is served beside, as ``serve`` does; with TLS where *own* vouches for it.
    """
    _open_standard_streams()
    command = options.client
    if options.offline and options.via == "proxy":
        raise InvalidValue("offline", "a proxy cannot keep a command from the network; leave out --via proxy")
    if options.allow and (options.offline or options.via == "namespace"):
        raise InvalidValue("allow", "it is for the proxy; a command in a namespace asks other hosts itself")
    if not command:
        raise InvalidValue("COMMAND", "a command is wanted behind --, such as -- php send.php")
    if (code := _not_runnable(command[0])) is not None:
        return code
    app = fake.apps[0] if fake.apps else None
    environment = {name: value for name, value in os.environ.items() if name not in _KEPT_FROM_THE_COMMAND}
    if app is not None:
        environment |= variables.of_the_app(app.client_key, app.client_secret)
    wishes = Wishes(via=options.via, offline=options.offline, allowed=options.allow)
    tls = own.server_context(options.host) if own is not None else None
    with (
        launch.signals_held(),
        fake.serve(host=options.host, port=options.port, tls=tls) as dashboard,
        Stage(fake=fake, wishes=wishes) as stage,
    ):
        fake.application.seen_by(_Consent(fake, dashboard.url))

        def told() -> None:
            token = f", control token {control_token}" if control_token is not None else ""
            _say(f"{stage.said}; dashboard: {dashboard.url}{token}")

        interrupted = False
        try:
            code = launch.run(stage, command, environment, before=told)
        except launch.Interrupted:
            code, interrupted = INTERRUPTED, True
        summary = launch.summary(fake, stage.proxy.refused if stage.proxy else {})
    _summarize(summary, options.summary)
    if interrupted:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)  # a shell goes on with its script, if this ends by itself
    return code


def _open_standard_streams() -> None:
    """Open what is closed of the three: else the next file that is opened is taken for standard error."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


class _Consent:
    """Tells the person at the terminal where the user of the app is asked: the real page is not the fake's.

    Where all is approved, a request token that has no callback is approved at once: nobody waits for an answer.
    """

    def __init__(self, fake: FakeNexmo, url: str) -> None:
        self._fake = fake
        self._url = url

    def __call__(self, wire: WireRequest, outcome: Outcome, _: int) -> None:
        if wire.path != "/oauth/request_token" or outcome.kind != "accepted":
            return
        fields = dict(parse_qsl(outcome.response.body.decode()))
        token = fields.get("oauth_token", "")
        if self._fake.policy.auto_approve and "oauth_callback_confirmed" not in fields:
            self._fake.authorize(token)
            _say(f"approved as {self._fake.accounts[0].email}: request token {token}")
        else:
            _say(f"the user is asked at {self._url}/oauth/authorize?oauth_token={quote(token, safe='')}")


def _not_runnable(program: str) -> int | None:
    """Return the exit code of a shell for what cannot be run, and say so; None for what can."""
    if shutil.which(program) is not None:
        return None
    if os.path.dirname(program) and Path(program).exists():
        _say(f"{program}: not executable")
        return NOT_EXECUTABLE
    _say(f"{program}: not found")
    return NOT_FOUND


def _summarize(summary: launch.Summary, form: str) -> None:
    if form == "json":
        with contextlib.suppress(OSError, AttributeError):
            print(json.dumps(summary.as_json()), file=sys.stderr, flush=True)
    elif form == "text":
        for line in summary.lines():
            _say(line)


def _say(text: str) -> None:
    with contextlib.suppress(
        OSError, AttributeError
    ):  # full, or closed: the command matters more than what is said of it
        print(f"{Paint(sys.stderr)('fake-nexmo:', 'cyan')} {text}", file=sys.stderr, flush=True)


# The authority


def ca(options: argparse.Namespace) -> int:
    """Show, explain or remove the authority."""
    return {"path": _path, "show": _show, "install-help": _install_help, "remove": _remove}[options.action]()


def _path() -> int:
    print(authority.load_or_make().certificate_file)
    return 0


def _show() -> int:
    found = authority.load_or_make()
    rows = [
        ("certificate", str(found.certificate_file)),
        ("key", f"{found.directory / 'authority.pem'} (mode 0600)"),
        ("SHA-256", found.fingerprint),
        ("valid until", f"{found.valid_until:%Y-%m-%d}"),
        ("may speak for", "dashboard.nexmo.com, rest.nexmo.com, localhost, 127.0.0.0/8, ::1"),
    ]
    for name, value in rows:
        print(f"{name:<14} {value}")
    return 0


def _install_help() -> int:
    print(_HELP.format(ca=shlex.quote(str(authority.load_or_make().certificate_file))), end="")
    return 0


def _remove() -> int:
    directory = authority.default_directory()
    there = [path for name in ("authority.pem", "ca.pem", *stores.FILES) for path in directory.glob(name)]
    try:
        for path in there:
            path.rmdir() if path.is_dir() else path.unlink()
    except OSError as error:
        raise InvalidValue("ca", f"{error.filename}: {error.strerror}") from None
    if there:
        print(f"removed: {directory / 'authority.pem'} and what was made from it.")
        print(
            "Where you made a program or a system trust it, remove it there too: fake-nexmo ca install-help."
        )
    else:
        print(f"there is nothing to remove in {directory}")
    return 0


_HELP = """\
The authority may speak for dashboard.nexmo.com, rest.nexmo.com and this machine alone (name constraints).
fake-nexmo run needs none of this: it makes the command's own processes trust it.

Debian, Ubuntu    sudo cp {ca} /usr/local/share/ca-certificates/fake-nexmo.crt && sudo update-ca-certificates
   undo           sudo rm /usr/local/share/ca-certificates/fake-nexmo.crt && sudo update-ca-certificates --fresh
Fedora, RHEL      sudo cp {ca} /etc/pki/ca-trust/source/anchors/fake-nexmo.pem && sudo update-ca-trust
   undo           sudo rm /etc/pki/ca-trust/source/anchors/fake-nexmo.pem && sudo update-ca-trust
macOS             sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain {ca}
   undo           sudo security delete-certificate -c "fake-nexmo test authority" /Library/Keychains/System.keychain
Windows           certutil -addstore -user Root {ca}
   undo           certutil -delstore -user Root "fake-nexmo test authority"
Java              keytool -importcert -noprompt -cacerts -storepass changeit -alias fake-nexmo -file {ca}
   undo           keytool -delete -cacerts -storepass changeit -alias fake-nexmo
Firefox           Settings, Privacy & Security, Certificates, View Certificates, Authorities, Import
   undo           the same list, Delete or Distrust
Node              export NODE_EXTRA_CA_CERTS={ca}
Python requests   export REQUESTS_CA_BUNDLE=FILE, a file of your usual certificates with this one behind them
A container       COPY ca.pem /usr/local/share/ca-certificates/fake-nexmo.crt
                  RUN update-ca-certificates
"""


# The environment


def env(options: argparse.Namespace) -> int:
    """Print the variables with which programs reach a running server."""
    given: dict[str, str] = variables.of_the_app(
        options.consumer_key, options.consumer_secret, (options.url, options.url)
    )
    if options.url.startswith("https://"):
        given |= variables.trusting(stores.prepared(authority.load_or_make()), {})
    for line in _FORMS[options.format](given):
        print(line)
    return 0


def _for_a_shell(given: Mapping[str, str]) -> Sequence[str]:
    return [f"export {name}={shlex.quote(value)}" for name, value in given.items()]


def _for_compose(given: Mapping[str, str]) -> Sequence[str]:
    # JSON's strings are YAML's too; a dollar sign is compose's own.
    return [
        "environment:",
        *(f"  {name}: {json.dumps(value).replace('$', '$$')}" for name, value in given.items()),
    ]


def _for_a_file(given: Mapping[str, str]) -> Sequence[str]:
    return [f"{name}={value}" for name, value in given.items()]


_FORMS = {"shell": _for_a_shell, "compose": _for_compose, "dotenv": _for_a_file}
FORMATS = tuple(_FORMS)
ACTIONS = ("path", "show", "install-help", "remove")
