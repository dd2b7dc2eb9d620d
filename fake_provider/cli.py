"""``fake-nexmo``: the command. Exit codes: 0 well, 1 it could not be done here, 2 wrong use, 130 interrupted,
141 nobody reads on."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from .commands import check, compare, db, drift, explain, health, real_names, serve
from .commands.parser import WRONG_USE, Parser
from .errors import AddressInUse, FakeNexmoError, StoreUnavailable
from .terminal import reader_gone
from .version import __version__

FAILED, INTERRUPTED = 1, 130
_COMMANDS = (
    serve.add,
    real_names.add_run,
    check.add,
    drift.add,
    compare.add,
    explain.add,
    db.add,
    health.add,
    real_names.add_ca,
    real_names.add_env,
)


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
        code = int(options.run(options))
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        return reader_gone()
    except KeyboardInterrupt:
        return INTERRUPTED
    except (AddressInUse, StoreUnavailable) as error:
        print(f"fake-nexmo: {error}", file=sys.stderr)
        return FAILED
    except FakeNexmoError as error:
        print(f"fake-nexmo: {error}", file=sys.stderr)
        return WRONG_USE


def _parser() -> Parser:
    parser = Parser(
        prog="fake-nexmo",
        description="A fake Nexmo: OAuth 1.0a provider and SMS API for tests. No SMS leaves this machine.",
        epilog="example: fake-nexmo serve --port 8080",
    )
    parser.add_argument("--version", action="version", version=f"fake-nexmo {__version__}")
    commands = parser.add_subparsers(dest="command", title="commands", metavar="COMMAND")
    for add in _COMMANDS:
        add(commands)
    return parser
