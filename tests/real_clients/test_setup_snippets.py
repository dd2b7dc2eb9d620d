"""What the dashboard offers to paste: each snippet, saved as it is and run by the real program."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, PackageLoader, StrictUndefined

from fake_provider.web.dashboard.setup import SetUp, Snippet, js, php, py, sh
from tests.conftest import Serve, Served
from tests.programs import approve, converse, lacking, need, run

ENVIRONMENT = Environment(
    loader=PackageLoader("fake_provider.web", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
NODE_MODULES = Path(__file__).with_name("node") / "node_modules"
BIN = Path(sys.executable).parent
DEMO = ("fake-consumer-key", "fake-consumer-secret")
AWKWARD = ("key '\"$\\ä", "s&cret +%'\"")
# What would end a string, a line or a script, begin an option or a command, or turn the direction of the text.
HOSTILE = ("-k\u202e\n\\", "-s </script>{{ 1 }}`id`$(id)${HOME}?>//\\'\n😀\\")
CREDENTIALS = pytest.mark.parametrize(
    "credentials", [DEMO, AWKWARD, HOSTILE], ids=["demo", "awkward", "hostile"]
)


def snippet(name: str, origin: str, credentials: tuple[str, str]) -> Snippet:
    """Render the snippet of that name."""
    key, secret = credentials
    rendered = SetUp(ENVIRONMENT).snippets(origin=origin, consumer_key=key, consumer_secret=secret)
    (found,) = [one for one in rendered if one.name == name]
    return found


def bash() -> list[str]:
    """Return the command that runs the snippet for curl."""
    need("curl", package="curl")
    need("openssl", package="openssl")
    return [need("bash", package="bash")]


def python() -> list[str]:
    """Return the command that runs a snippet in Python."""
    return [sys.executable]


def php_with_oauth() -> list[str]:
    """Return the command that runs a snippet in PHP."""
    program = need("php", package="php-cli, php-oauth")
    if "OAuth" not in run(program, "-m").stdout.split():
        lacking("PHP's OAuth extension is missing (Debian: php-oauth; make system-packages installs it)")
    return [program]


def node() -> list[str]:
    """Return the command that runs a snippet in Node."""
    program = need("node", package="nodejs")
    if not (NODE_MODULES / "oauth").is_dir():
        lacking("the npm package oauth is missing (make test installs it where npm is there)")
    return [program]


PROGRAMS: dict[str, Callable[[], list[str]]] = {
    "curl": bash,
    "Python": python,
    "PHP": php_with_oauth,
    "Node": node,
}


def app_of(served: Served, credentials: tuple[str, str]) -> None:
    """Register the app, unless it is the one that is there from the start."""
    if credentials != DEMO:
        key, secret = credentials
        served.fake.create_app("My app", consumer_key=key, consumer_secret=secret)


def pasted(one: Snippet, folder: Path) -> list[str]:
    """Save a snippet; return the command that runs it."""
    file = folder / "snippet"
    file.write_text(one.text, encoding="utf-8")
    return [*PROGRAMS[one.name](), str(file)]


@CREDENTIALS
@pytest.mark.parametrize("profile", ["documented", "strict"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_whole_flow(
    name: str, profile: str, credentials: tuple[str, str], serve: Serve, tmp_path: Path
) -> None:
    """It prints where to authorize, takes the verifier, and its SMS arrives without a finding."""
    served = serve(profile=profile)
    app_of(served, credentials)
    command = pasted(snippet(name, served.url, credentials), tmp_path)

    code, printed = converse(command, approve(served), {"NODE_PATH": str(NODE_MODULES)})

    assert code == 0, printed
    url, _, answer = printed.partition("\n")
    assert url.startswith(f"{served.url}/oauth/authorize?oauth_token=")
    assert json.loads(answer)["messages"][0]["status"] == "0"
    (message,) = served.fake.messages
    assert (message.sender, message.to, message.text) == ("Acme", "447700900000", f"hello from {name}")
    assert message.client_key == credentials[0]
    assert [e.findings for e in served.fake.exchanges if e.findings] == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_refusal_is_explained(name: str, strict: Served, tmp_path: Path) -> None:
    """With a wrong secret it stops at once, and shows what the fake has to say about that."""
    program, *arguments = pasted(snippet(name, strict.url, (DEMO[0], "wrong")), tmp_path)

    done = run(program, *arguments, env={"NODE_PATH": str(NODE_MODULES)})

    assert done.returncode != 0
    assert "oauth_problem=signature_invalid" in done.stderr
    assert done.stdout == ""


# The environment


def exported(text: str) -> list[str]:
    """Let bash run what stands before the commands; return the four variables as a child sees them."""
    names = ["NEXMO_CONSUMER_KEY", "NEXMO_CONSUMER_SECRET", "NEXMO_DASHBOARD_URL", "NEXMO_REST_URL"]
    show = f"import os; print(ascii([os.environ[name] for name in {names}]))"
    exports = text.partition("\nnexmo-oauth ")[0]
    done = run(need("bash", package="bash"), "-c", f"{exports}\n{shlex.join([sys.executable, '-c', show])}")
    assert done.returncode == 0, done.stderr
    return list(ast.literal_eval(done.stdout))


@CREDENTIALS
def test_the_variables(credentials: tuple[str, str]) -> None:
    """Each has exactly the value it should have."""
    origin = "http://127.0.0.1:8080"

    one = snippet("Environment variables", origin, credentials)

    assert exported(one.text) == [*credentials, origin, origin]


@pytest.mark.parametrize("credentials", [DEMO, AWKWARD], ids=["demo", "awkward"])
def test_the_commands(credentials: tuple[str, str], serve: Serve, tmp_path: Path) -> None:
    """They log in, send and show the balance; the browser is curl, and the user approves."""
    served = serve(auto_approve=True)
    app_of(served, credentials)
    file = tmp_path / "snippet"
    file.write_text(snippet("Environment variables", served.url, credentials).text, encoding="utf-8")

    done = run(
        need("bash", package="bash"),
        "-e",
        str(file),
        env={
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "XDG_CONFIG_HOME": str(tmp_path),
            "HOME": str(tmp_path),
            "BROWSER": f"{need('curl', package='curl')} -sSL -o /dev/null %s",
        },
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "9.9667 EUR, auto-reload off"
    assert [message.text for message in served.fake.messages] == ["hello"]


# All of them


def test_each_can_be_told_from_the_others() -> None:
    """Names and languages are unique, and each says what it needs."""
    rendered = SetUp(ENVIRONMENT).snippets(origin="http://x", consumer_key="k", consumer_secret="s")

    assert [one.name for one in rendered] == ["Environment variables", *PROGRAMS]
    assert len({one.language for one in rendered}) == len(rendered)
    assert all(one.needs for one in rendered)


def test_the_pages_stay_escaped() -> None:
    """The environment of the pages is not changed."""
    pages = Environment(loader=ENVIRONMENT.loader, autoescape=True)
    before = dict(pages.filters)

    SetUp(pages).snippets(origin="http://x", consumer_key="k", consumer_secret="s")

    assert pages.filters == before
    assert pages.from_string("{{ text }}").render(text="<") == "&lt;"


# Quoting

REPEATABLE = settings(derandomize=True, database=None, deadline=None)
TEXT = st.text() | st.text(alphabet="'\"\\$`\n\r\t\0<>/!?{}%-\u2028\u2029\u200f\u202eä😀nu0")


@REPEATABLE
@given(TEXT)
def test_a_word_of_a_shell(text: str) -> None:
    """A shell reads it as one word, with that value."""
    assert shlex.split(sh(text)) == [text]


@REPEATABLE
@given(TEXT)
def test_a_literal_of_python(text: str) -> None:
    """Python reads it as that value, and it stands on one line."""
    literal = py(text)

    assert ast.literal_eval(literal) == text
    assert len(literal.splitlines()) == 1


@REPEATABLE
@given(TEXT)
def test_a_literal_of_javascript(text: str) -> None:
    """It is JSON of that value, in ASCII, and could stand between script tags."""
    literal = js(text)

    assert json.loads(literal) == text
    assert literal.isascii()
    assert "<" not in literal


@REPEATABLE
@given(TEXT)
def test_a_literal_of_php(text: str) -> None:
    """Every quote and backslash within has a backslash before it, and nothing else has."""
    literal = php(text)

    assert re.fullmatch(r"'(?:[^'\\]|\\['\\])*'", literal)
    assert re.sub(r"\\(['\\])", r"\1", literal[1:-1]) == text
