"""What the commands take, from the parsers that read it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from client.cli import _parser as nexmo_oauth
from fake_provider.cli import _parser as fake_nexmo

from .markdown import block, code, page, plain, table

_WIDTH = 88


def all_parsers() -> Iterator[argparse.ArgumentParser]:
    """Return the parser of each command, those of subcommands after their own."""
    for parser in (fake_nexmo(), nexmo_oauth()):
        yield from _with_subcommands(parser)


def _with_subcommands(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _with_subcommands(below)


def made() -> str:
    """Return a section for each command."""
    return page(*(_section(parser) for parser in all_parsers()))


def _section(parser: argparse.ArgumentParser) -> str:
    depth = "#" * (2 + parser.prog.count(" "))
    return page(
        f"{depth} {code(parser.prog)}",
        plain(parser.description or ""),
        block(_usage(parser)),
        *(_group(parser, group) for group in parser._action_groups),
        plain(parser.epilog or "") if "\n" not in (parser.epilog or "") else block(parser.epilog or ""),
    )


def _usage(parser: argparse.ArgumentParser) -> str:
    formatter = argparse.HelpFormatter(parser.prog, width=_WIDTH)
    formatter.add_usage(parser.usage, parser._actions, parser._mutually_exclusive_groups, prefix="")
    return formatter.format_help().strip()


def _group(parser: argparse.ArgumentParser, group: argparse._ArgumentGroup) -> str:
    formatter = parser.formatter_class(prog=parser.prog)
    rows = []
    for action in group._group_actions:
        if action.help == argparse.SUPPRESS:
            continue
        if isinstance(action, argparse._SubParsersAction):
            rows += [(code(one.dest), plain(one.help or "")) for one in action._choices_actions]
            continue
        names = [_name(name, action, formatter) for name in action.option_strings or [""]]
        rows.append((", ".join(names), plain(formatter._expand_help(action)) if action.help else ""))
    title = (group.title or "").capitalize()
    return table((title, ""), rows)


def _name(name: str, action: argparse.Action, formatter: argparse.HelpFormatter) -> str:
    if action.option_strings and action.nargs == 0:
        return code(name)
    value = formatter._format_args(action, formatter._get_default_metavar_for_optional(action))
    if not action.option_strings:
        value = formatter._format_args(action, formatter._get_default_metavar_for_positional(action))
    return code(f"{name} {value}".strip())
