"""``fake-nexmo db``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ..domain.message import MAX_MESSAGES
from ..errors import InvalidValue, StoreUnavailable
from ..terminal import Paint
from ..trace import MAX_EXCHANGES
from . import environment, values

if TYPE_CHECKING:
    from ..adapters.database.engine import Database
    from .parser import Commands


def add(commands: Commands) -> None:
    db = commands.add_parser(
        "db",
        help="look after a database: upgrade, prune, stats, export, import",
        description="Look after a database that serve --database uses. upgrade: bring its schema to this version (serve does "
        "it too); stats: how much is in it; prune: forget what is too much or too old now; export: everything as JSON lines, "
        "with the secrets of accounts, apps and tokens; import: put such lines into an empty database, of whatever kind.",
        epilog="example: fake-nexmo db export --database fake.db > fake.jsonl",
    )
    db.set_defaults(run=_db)
    db.add_argument("action", choices=list(_ACTIONS))
    database = environment.given(environment.DATABASE)
    db.add_argument(
        "--database",
        required=database is None,
        default=database,
        metavar="URL",
        help=f"path of a SQLite file, or a URL (default: ${environment.DATABASE})",
    )
    db.add_argument(
        "--file",
        type=Path,
        metavar="FILE",
        help="export to it, or import from it (default: standard output, or input)",
    )
    db.add_argument("--replace", action="store_true", help="import: forget first what the database holds")
    db.add_argument("--json", action="store_true", help="stats, prune: print JSON")
    db.add_argument(
        "--max-messages",
        type=values.whole_number,
        default=MAX_MESSAGES,
        metavar="N",
        help="prune: keep so many messages, and so many that came in (default: %(default)s)",
    )
    db.add_argument(
        "--max-exchanges",
        type=values.whole_number,
        default=MAX_EXCHANGES,
        metavar="N",
        help="prune: keep so many exchanges (default: %(default)s)",
    )
    db.add_argument(
        "--max-age-days",
        type=values.days,
        metavar="DAYS",
        help="prune: forget messages, exchanges and nonces that are older (default: of any age)",
    )


def _db(options: argparse.Namespace) -> int:
    from ..fake import database_of

    database = database_of(options.database)
    try:
        _ACTIONS[options.action](database, options)
    except BrokenPipeError:  # whoever reads has seen enough; Python would complain once more at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        database.close()
    return 0


def _upgrade(database: Database, _: argparse.Namespace) -> None:
    from ..adapters.database.schema import NEWEST, ensure_newest

    found = ensure_newest(database)
    came = "made" if found is None else "already" if found == NEWEST else f"migrated from {found}"
    print(f"{database.shown}: schema {NEWEST}, {came}")


def _stats(database: Database, options: argparse.Namespace) -> None:
    from ..adapters.database.counting import stats
    from ..adapters.database.schema import ensure_newest

    ensure_newest(database, make=False)
    found = stats(database)
    if options.json:
        print(json.dumps(asdict(found), indent=2))
        return
    paint = Paint(sys.stdout)
    rows = [(name, f"{count:,}") for name, count in found.rows.items()]
    rows += [("size", f"{found.octets:,} bytes"), ("schema", found.schema or "none")]
    rows += [
        (name, f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC")
        for name, at in (
            ("oldest message", found.oldest_message_at),
            ("newest message", found.newest_message_at),
        )
        if at is not None
    ]
    print(paint(found.database, "bold"))
    print("\n".join(f"  {paint(f'{name:<16}', 'dim')} {text}" for name, text in rows))


def _prune(database: Database, options: argparse.Namespace) -> None:
    from ..adapters.database.keeping import Keeper, Retention
    from ..adapters.database.schema import ensure_newest

    ensure_newest(database, make=False)
    retention = Retention(
        max_messages=options.max_messages,
        max_exchanges=options.max_exchanges,
        max_age_days=options.max_age_days,
    )
    forgotten = Keeper(database, retention).prune()
    if options.json:
        print(json.dumps(forgotten))
    else:
        print("forgotten: " + ", ".join(f"{count:,} {what}" for what, count in forgotten.items()))


def _export(database: Database, options: argparse.Namespace) -> None:
    from ..adapters.database import transfer
    from ..adapters.database.opening import trace_of
    from ..adapters.database.schema import ensure_newest

    ensure_newest(database, make=False)
    with _opened(options.file, "w") as out, _progress(transfer.count(database)) as told:
        for line in transfer.exported(database, trace_of(database)):
            out.write(f"{line}\n")
            told()


def _import(database: Database, options: argparse.Namespace) -> None:
    from ..adapters.database import transfer
    from ..adapters.database.schema import ensure_newest

    ensure_newest(database)
    with _opened(options.file, "r") as source:
        try:
            lines = source.read().split("\n")  # splitlines() would end a line where a text goes on
        except UnicodeDecodeError:
            raise InvalidValue("file", "it is no text; the JSON lines of an export are wanted") from None
    with _progress(len(lines)) as told:
        rows = transfer.imported(database, lines, replace=options.replace, told=told)
    print(f"{database.shown}: {rows:,} rows imported")


_ACTIONS: dict[str, Callable[[Database, argparse.Namespace], None]] = {
    "upgrade": _upgrade,
    "prune": _prune,
    "stats": _stats,
    "export": _export,
    "import": _import,
}


@contextmanager
def _opened(file: Path | None, mode: str) -> Iterator[IO[str]]:
    """Give a file, made readable for its owner alone, or the standard stream."""
    if file is None:
        with nullcontext(sys.stdout if mode == "w" else sys.stdin) as stream:
            yield stream
        return
    flags = os.O_RDONLY if mode == "r" else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    try:
        opened = os.fdopen(os.open(file, flags, 0o600), mode, encoding="utf-8")
    except OSError as error:
        raise InvalidValue("file", f"{file}: {error.strerror}") from None
    try:
        with opened as stream:
            yield stream
    except OSError as error:
        raise StoreUnavailable(f"{file}: {error.strerror}") from None


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """Show on a terminal how far it has come; gives what is to be told of each row."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (BarColumn(30), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)
