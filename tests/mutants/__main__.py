"""``python -m tests.mutants``: runs the contract tests against wrong providers, and shows which clauses caught them.

Exit code 1 where one survives, where a test crashes, or where the right provider fails; 2 for wrong use.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from fnmatch import fnmatchcase

from fake_provider.terminal import reader_gone

from .display import Display, console
from .mutant import Mutant
from .table import MUTANTS, TOPICS
from .trial import Depth, by_profile, run


def main(argv: Sequence[str] | None = None) -> int:
    """Try the mutants that are asked for."""
    parser = _parser()
    asked = parser.parse_args(argv)
    if asked.list:
        return _list()
    chosen = _chosen(asked.names, parser)
    tried: list[Mutant | None] = [*([] if asked.depth is Depth.QUICK else [None]), *chosen]
    shown = console()
    display = Display(shown, MUTANTS, sum(map(len, by_profile(tried).values())))
    since = time.monotonic()
    try:
        trials = run(tried, depth=asked.depth, jobs=asked.jobs, told=display.told)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    if asked.depth is not Depth.QUICK:
        display.table(trials)
    display.summary(trials, time.monotonic() - since)
    return int(any(display.problem(trial) for trial in trials))


def _list() -> int:
    try:
        for name, mutant in MUTANTS.items():
            print(f"{name:36} {mutant.mistake}")
        sys.stdout.flush()
    except BrokenPipeError:
        return reader_gone()
    return 0


def _chosen(patterns: Sequence[str], parser: argparse.ArgumentParser) -> Sequence[Mutant]:
    found: dict[str, Mutant] = {}
    for pattern in patterns or ["*"]:
        of_topic = {mutant.name: mutant for mutant in TOPICS.get(pattern, ())}
        named = {name: mutant for name, mutant in MUTANTS.items() if fnmatchcase(name, pattern)}
        if not (of_topic or named):
            parser.error(f"there is no mutant {pattern}; --list names all")
        found |= of_topic | named
    return list(found.values())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument(
        "names", metavar="NAME", nargs="*", help="a mutant, a pattern of names, or a topic; all if none"
    )
    parser.add_argument("--list", action="store_true", help="name all mutants, with what each does wrong")
    parser.add_argument(
        "--jobs",
        type=_positive,
        default=os.cpu_count() or 1,
        metavar="N",
        help="so many at once (default: as many as there are processors)",
    )
    depth = parser.add_mutually_exclusive_group()
    depth.add_argument(
        "--full",
        dest="depth",
        action="store_const",
        const=Depth.FULL,
        help="run every test against each mutant, and not only those of the clauses that have to catch it",
    )
    depth.add_argument(
        "--quick",
        dest="depth",
        action="store_const",
        const=Depth.QUICK,
        help="stop at the first test that catches a mutant",
    )
    parser.set_defaults(depth=Depth.EXPECTED)
    return parser


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: a number from 1 on is wanted")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
