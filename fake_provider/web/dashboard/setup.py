"""What a developer pastes to use an app: its settings for a shell, and the whole flow in several languages."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A program, or a few lines for a shell, with the app's credentials filled in."""

    name: str
    language: str  # a short id, different for each snippet
    needs: str  # what must be installed
    text: str


# name, language, needs; the template is named for the name's first word
_SNIPPETS = (
    ("Environment variables", "sh", "nexmo-oauth, which comes with fake-nexmo"),
    ("curl", "bash", "bash, curl 7.76 or newer, and openssl"),
    ("Python", "python", "pip install requests-oauthlib"),
    ("PHP", "php", "PHP 8 and its OAuth extension: apt-get install php-cli php-oauth"),
    ("Node", "js", "npm install oauth"),
)


class SetUp:
    """The snippets, rendered with the templates of *environment*, which stays as it is."""

    def __init__(self, environment: Environment) -> None:
        self._text = environment.overlay(autoescape=False, keep_trailing_newline=True)
        # A dict of its own: an overlay shares the filters of the environment that it lies over.
        self._text.filters = {**environment.filters, **FILTERS}

    def snippets(self, *, origin: str, consumer_key: str, consumer_secret: str) -> Sequence[Snippet]:
        """Render every snippet. They are plain text: who puts one into a page has to escape it."""
        values = {"origin": origin, "consumer_key": consumer_key, "consumer_secret": consumer_secret}
        return [
            Snippet(
                name=name,
                language=language,
                needs=needs,
                text=self._text.get_template(f"setup/{name.split()[0].lower()}.txt").render(values),
            )
            for name, language, needs in _SNIPPETS
        ]


def sh(value: str) -> str:
    """Write *value* as a word of a POSIX shell."""
    return shlex.quote(value)


def py(value: str) -> str:
    """Write *value* as a string literal of Python."""
    return repr(value)


def js(value: str) -> str:
    """Write *value* as a string literal of JavaScript, which holds no tag even inside a page."""
    return json.dumps(value).replace("<", "\\u003c")


def php(value: str) -> str:
    """Write *value* as a string literal of PHP, in the kind of quotes where no variable is replaced."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


FILTERS: Mapping[str, Callable[[str], str]] = {"sh": sh, "py": py, "js": js, "php": php}
