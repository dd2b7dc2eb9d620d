"""``fake-nexmo run``: the real names lead to the fake, and everything else is the command's own."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fake_provider.realhosts import namespace
from fake_provider.realhosts.authority import load_or_make
from fake_provider.realhosts.enter import CLONE_NEWNS, CLONE_NEWUSER
from tests.fake_provider.realhosts.conftest import FAKE_NEXMO, Run
from tests.ports import free_port
from tests.programs import lacking, need

BALANCE = "https://rest.nexmo.com/account/get-balance/abcd1234/fake-api-secret"
TRY = f"import ctypes; raise SystemExit(ctypes.CDLL(None).unshare({CLONE_NEWNS | (CLONE_NEWUSER if os.geteuid() else 0)}) != 0)"
CURL = f"curl -sS --max-time 10 {BALANCE}"
WITH_443_TAKEN = """
import os, socket, sys
from fake_provider.realhosts import enter
(one,) = enter.prepare({"flags": enter.CLONE_NEWNET, "listen": [("127.64.0.1", 443)]})
one.close()  # until it is taken, it is open to whoever runs this
taken = socket.create_server(("0.0.0.0", 443))
taken.set_inheritable(True)
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture(scope="session")
def namespaces() -> None:
    """Where no namespace can be made, there is nothing to test."""
    if subprocess.run([sys.executable, "-c", TRY], check=False).returncode != 0:
        lacking("no namespace can be made here")


@pytest.fixture(params=["namespace", "proxy", "offline"])
def way(request: pytest.FixtureRequest) -> list[str]:
    """Each way by which the names lead to the fake."""
    if request.param != "proxy":
        request.getfixturevalue("namespaces")
    need("curl", package="curl")
    return ["--offline"] if request.param == "offline" else ["--via", request.param]


def test_the_names_lead_to_the_fake(way: list[str], fake_nexmo_command: Run) -> None:
    """Over verified TLS; output and exit code are the command's, the rest is on standard error."""
    done = fake_nexmo_command("run", *way, "--", "sh", "-c", f"{CURL}; exit 7")

    assert done.stdout == '{"value":10.0,"autoReload":false}'
    assert done.returncode == 7
    assert "lead to a fake" in done.stderr
    assert "1 call, 0 SMS accepted" in done.stderr


def test_nothing_is_trusted_but_by_the_command(namespaces: None, fake_nexmo_command: Run) -> None:
    """Outside, neither the hosts file nor the system's certificates have changed; inside, both have."""
    hosts = Path("/etc/hosts").read_bytes()
    bundle = Path("/etc/ssl/certs/ca-certificates.crt").read_bytes()
    done = fake_nexmo_command(
        "run",
        "--via",
        "namespace",
        "--",
        "sh",
        "-c",
        "cat /etc/hosts; wc -c < /etc/ssl/certs/ca-certificates.crt",
    )

    assert "dashboard.nexmo.com rest.nexmo.com" in done.stdout
    assert int(done.stdout.split()[-1]) > len(bundle)
    assert Path("/etc/hosts").read_bytes() == hosts
    assert Path("/etc/ssl/certs/ca-certificates.crt").read_bytes() == bundle


def test_offline_there_is_nothing_else(namespaces: None, fake_nexmo_command: Run) -> None:
    """Not even a server on this machine."""
    listener = f"{sys.executable} -c \"import socket; socket.create_connection(('127.0.0.1', PORT), 3)\""
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = listener.replace("PORT", str(server.getsockname()[1]))
        reached = fake_nexmo_command("run", "--via", "namespace", "--", "sh", "-c", command)
        offline = fake_nexmo_command("run", "--offline", "--", "sh", "-c", command)

    assert reached.returncode == 0
    assert offline.returncode == 1
    assert "ConnectionRefusedError" in offline.stderr


def test_the_proxy_refuses_what_is_not_allowed(fake_nexmo_command: Run) -> None:
    """With or without TLS; the summary names it, and --allow lets it through to wherever it is."""
    need("curl", package="curl")
    script = "curl -sS --max-time 5 https://example.com/; curl -sS --max-time 5 http://example.com/; true"
    refused = fake_nexmo_command("run", "--via", "proxy", "--", "sh", "-c", script)
    allowed = fake_nexmo_command("run", "--via", "proxy", "--allow", "*.com", "--", "sh", "-c", script)

    assert "403" in refused.stderr
    assert (
        "fake-nexmo: example.com is not allowed here; --allow example.com lets it through" in refused.stdout
    )
    assert "not allowed: example.com (2)" in refused.stderr
    assert "not allowed" not in allowed.stderr + allowed.stdout


def test_what_the_proxy_passes_on_arrives(fake_nexmo_command: Run) -> None:
    """A server of this machine, by its name and through the proxy, for a client that asks it for everything."""
    need("curl", package="curl")
    from fake_provider import FakeNexmo

    with FakeNexmo().serve() as server:
        url = server.url.replace("127.0.0.1", "localhost")
        script = f"NO_PROXY= no_proxy= curl -sS {url}/_fake/health; NO_PROXY= no_proxy= curl -sSp {url}/_fake/health"
        done = fake_nexmo_command("run", "--via", "proxy", "--", "sh", "-c", script)

    assert done.stdout.count('"status": "ok"') == 2


def test_the_variables_of_the_app(way: list[str], fake_nexmo_command: Run) -> None:
    """Its credentials, the real names, and no token of the real service."""
    done = fake_nexmo_command(
        "run", *way, "--", "sh", "-c", "env | grep ^NEXMO_ | sort", env={"NEXMO_ACCESS_TOKEN": "real"}
    )

    assert done.stdout.splitlines() == [
        "NEXMO_CONSUMER_KEY=fake-consumer-key",
        "NEXMO_CONSUMER_SECRET=fake-consumer-secret",
        "NEXMO_DASHBOARD_URL=https://dashboard.nexmo.com",
        "NEXMO_REST_URL=https://rest.nexmo.com",
    ]


def test_standard_input_and_descriptors_are_the_commands(way: list[str]) -> None:
    """Standard input, and a file that was opened for it, pass through."""
    script = f"exec {' '.join(FAKE_NEXMO)} run {' '.join(way)} --summary off -- sh -c 'cat; cat <&3' 3</etc/hostname"
    done = subprocess.run(
        ["bash", "-c", script], input="typed\n", capture_output=True, text=True, check=False
    )

    assert done.stdout == f"typed\n{Path('/etc/hostname').read_text()}"


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 15 + 128), (signal.SIGINT, 42), (signal.SIGUSR1, 43)]
)
def test_signals_reach_the_command(way: list[str], number: signal.Signals, code: int) -> None:
    """What is sent to ``run`` comes to the command; its end is the end."""
    script = "trap 'exit 42' INT; trap 'exit 43' USR1; echo ready; while :; do sleep 0.05; done"
    with subprocess.Popen(
        [*FAKE_NEXMO, "run", *way, "--", "sh", "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        process.communicate(timeout=20)

    assert process.returncode == code


def typed_ctrl_c(command: list[str]) -> tuple[int, bytes]:
    """Run *command* in a terminal of its own, and press Ctrl-C once it says ready; return exit code and what was shown."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", SESSION, *command], stdin=follower, stdout=follower, stderr=follower
    )
    os.close(follower)
    shown, typed = b"", False
    with contextlib.suppress(OSError):  # the other end was closed
        while octets := os.read(leader, 4096):
            shown += octets
            if not typed and b"ready" in shown:
                os.write(leader, b"\x03")
                typed = True
    os.close(leader)
    return process.wait(20), shown


def test_a_key_of_the_terminal_is_felt_once(way: list[str]) -> None:
    """Ctrl-C reaches the command by the terminal, and not a second time by ``run``."""
    script = "trap 'echo felt' INT; echo ready; n=0; while [ $n -lt 20 ]; do sleep 0.05; n=$((n+1)); done; echo done"
    code, shown = typed_ctrl_c([*FAKE_NEXMO, "run", *way, "--summary", "off", "--", "sh", "-c", script])

    assert code == 0
    assert shown.count(b"felt") == 1
    assert b"done" in shown


SESSION = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


def test_it_does_not_outlive_a_run_that_was_killed(way: list[str]) -> None:
    """SIGKILL gives no time to say goodbye; the command ends with it."""
    sleeper = f"sleep 656.{os.getpid()}"
    process = subprocess.Popen(
        [*FAKE_NEXMO, "run", *way, "--", *sleeper.split()], stderr=subprocess.DEVNULL, start_new_session=True
    )
    assert _becomes(lambda: _alive(sleeper))
    process.kill()
    process.wait()

    assert _becomes(lambda: not _alive(sleeper))


def _becomes(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def _alive(command: str) -> bool:
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            if directory.joinpath("cmdline").read_bytes().replace(b"\0", b" ").strip() == command.encode():
                return True
        except OSError:
            continue
    return False


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (["no-such-program-here"], 127, "no-such-program-here: not found"),
        (["/etc/hostname"], 126, "/etc/hostname: "),
        ([], 2, "COMMAND: a command is wanted behind --"),
    ],
    ids=["unknown", "not-executable", "none"],
)
def test_what_cannot_be_run(command: list[str], code: int, words: str, fake_nexmo_command: Run) -> None:
    """One line, and the exit code of a shell."""
    done = fake_nexmo_command("run", "--", *command)

    assert done.returncode == code
    assert [line for line in done.stderr.splitlines() if line.startswith(f"fake-nexmo: {words}")]
    assert "Traceback" not in done.stderr


def test_a_command_that_a_signal_ends(way: list[str], fake_nexmo_command: Run) -> None:
    """128 and the number of the signal."""
    assert fake_nexmo_command("run", *way, "--", "sh", "-c", "kill -9 $$").returncode == 137


def test_ten_side_by_side(namespaces: None, fake_nexmo_command: Run) -> None:
    """Each has a fake of its own: some in a namespace, some offline, some by a proxy."""
    need("curl", package="curl")
    ways = [["--via", "namespace"], ["--offline"], ["--via", "proxy"]]
    script = f"{CURL} >/dev/null; {CURL}"
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        done = list(
            pool.map(
                lambda number: fake_nexmo_command(
                    "run", *ways[number % 3], "--summary", "json", "--", "sh", "-c", script
                ),
                range(10),
            )
        )

    assert {(one.returncode, one.stdout) for one in done} == {(0, '{"value":10.0,"autoReload":false}')}
    assert {json.loads(one.stderr.splitlines()[-1])["calls"] for one in done} == {2}


def test_nothing_is_left_behind(way: list[str], fake_nexmo_command: Run, tmp_path: Path) -> None:
    """No temporary file, no mount."""
    mounts = Path("/proc/self/mounts").read_text()
    done = fake_nexmo_command("run", *way, "--", "true", env={"TMPDIR": str(tmp_path)})

    assert done.returncode == 0
    assert list(tmp_path.iterdir()) == []
    assert Path("/proc/self/mounts").read_text() == mounts


@pytest.mark.parametrize("form", ["text", "json", "off"])
def test_the_summary(form: str, fake_nexmo_command: Run) -> None:
    """Calls, SMS, findings and diagnoses, in words or as JSON."""
    need("curl", package="curl")
    script = (
        "curl -sS https://rest.nexmo.com/sms/json -d api_key=abcd1234 -d api_secret=fake-api-secret "
        "-d from=Acme -d to=447700900000 -d text=hello >/dev/null; "
        "curl -sS -X POST https://dashboard.nexmo.com/oauth/request_token >/dev/null"
    )
    done = fake_nexmo_command("run", "--summary", form, "--", "sh", "-c", script)

    lines = done.stderr.splitlines()[1:]
    if form == "json":
        assert json.loads(lines[0]) == {
            "calls": 2,
            "sms_accepted": 1,
            "sms_refused": 0,
            "findings": {},
            "diagnoses": {"authorization-missing": 1},
            "refused_hosts": {},
        }
    else:
        text = ["fake-nexmo: 2 calls, 1 SMS accepted", "fake-nexmo: diagnoses: authorization-missing"]
        assert lines == (text if form == "text" else [])


def test_where_no_namespace_can_be_had(fake_nexmo_command: Run) -> None:
    """Chosen by itself, the proxy takes over and says why; asked for, it is one line and exit code 2."""
    need("curl", package="curl")
    unshare = need("unshare", package="util-linux")
    limited = [
        unshare,
        "--user",
        "--map-root-user",
        "sh",
        "-c",
        'echo 0 > /proc/sys/user/max_mnt_namespaces; exec "$@"',
        "-",
    ]
    if subprocess.run([*limited, "true"], check=False, capture_output=True).returncode != 0:
        lacking("the number of namespaces cannot be limited here")
    by_itself = subprocess.run(
        [*limited, *FAKE_NEXMO, "run", "--", "sh", "-c", CURL], capture_output=True, text=True, check=False
    )
    asked_for = subprocess.run(
        [*limited, *FAKE_NEXMO, "run", "--via", "namespace", "--", "true"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert by_itself.stdout == '{"value":10.0,"autoReload":false}'
    assert "by a proxy (" in by_itself.stderr
    assert asked_for.returncode == 2
    assert asked_for.stderr.startswith("fake-nexmo: via: no namespace can be had here: ")
    assert asked_for.stderr.count("\n") == 1


def test_port_443_is_taken(namespaces: None) -> None:
    """By another program, on every address: then by a proxy, or where it was asked for in a network of its own."""
    need("curl", package="curl")
    # What other tests have of port 443 would keep it from being taken, and they could open none while it is.
    root = [need("unshare", package="util-linux"), "--user", "--map-root-user"]
    if subprocess.run([*root, "--net", "true"], check=False, capture_output=True).returncode != 0:
        lacking("no network can be made here")

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        command = [*FAKE_NEXMO, "run", *options, "--", "sh", "-c", CURL]
        return subprocess.run(
            [*root, sys.executable, "-c", WITH_443_TAKEN, *command],
            capture_output=True,
            text=True,
            check=False,
        )

    by_itself, asked_for = run(), run("--via", "namespace")

    assert {one.stdout for one in (by_itself, asked_for)} == {'{"value":10.0,"autoReload":false}'}
    assert (
        "by a proxy (port 443 is taken, or not open to you; --offline has one of its own)" in by_itself.stderr
    )
    assert "in a namespace with no network but the fake" in asked_for.stderr


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.chmod(0o644), "can be read by others"),
        (lambda path: path.write_text(path.read_text()[:200]), "is damaged"),
    ],
    ids=["readable-by-others", "half-written"],
)
def test_an_authority_that_cannot_be_used(
    spoil: Callable[[Path], object],
    words: str,
    fake_nexmo: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One line and exit code 2, by every command that needs it; COMMAND does not begin."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    fake_nexmo("ca", "path")
    spoil(tmp_path / "fake-nexmo" / "authority.pem")

    for arguments in (["run", "--", "echo", "begun"], ["ca", "show"], ["serve", "--tls", "--port", "0"]):
        done = fake_nexmo(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1
        assert words in done.stderr


def test_without_root(namespaces: None) -> None:
    """As somebody else: by a proxy, as port 443 is not open to them, or in a namespace with a network of its own."""
    somebody = [need("unshare", package="util-linux"), "--user", "--map-user=65534", "--map-group=65534"]
    if subprocess.run([*somebody, "unshare", "--user", "true"], check=False, capture_output=True).returncode:
        lacking("no namespace can be made here without root")

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*somebody, *FAKE_NEXMO, "run", *options, "--", "sh", "-c", f"{CURL}; id -u"],
            capture_output=True,
            text=True,
            check=False,
        )

    by_itself, offline, namespace = run(), run("--offline"), run("--via", "namespace")

    assert {one.stdout for one in (by_itself, offline, namespace)} == {
        '{"value":10.0,"autoReload":false}65534\n'
    }
    assert (
        "by a proxy (port 443 is taken, or not open to you; --offline has one of its own)" in by_itself.stderr
    )
    for one in (offline, namespace):
        assert "in a namespace with no network but the fake" in one.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--via", "proxy", "--offline"], "offline: a proxy cannot keep a command from the network"),
        (["--offline", "--allow", "example.com"], "allow: it is for the proxy"),
        (["--via", "namespace", "--allow", "example.com"], "allow: it is for the proxy"),
    ],
    ids=["offline-by-proxy", "allow-offline", "allow-in-a-namespace"],
)
def test_wishes_that_exclude_each_other(options: list[str], words: str, fake_nexmo: Run) -> None:
    """COMMAND does not begin."""
    done = fake_nexmo("run", *options, "--", "echo", "begun")

    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


@pytest.mark.parametrize("elsewhere", ["2>&-", "2>/dev/full"], ids=["closed", "full"])
def test_a_standard_error_that_takes_nothing(elsewhere: str, way: list[str]) -> None:
    """What is said of the command matters less than the command."""
    script = f"{' '.join(FAKE_NEXMO)} run {' '.join(way)} -- sh -c 'echo out; exit 3' {elsewhere}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (3, "out\n")


def test_a_run_in_a_run(way: list[str], fake_nexmo_command: Run) -> None:
    """The inner one's fake answers, in the inner one's way."""
    inner = [*FAKE_NEXMO, "run", *way, "--", "sh", "-c", CURL]
    done = fake_nexmo_command("run", *way, "--", *inner)

    assert done.stdout == '{"value":10.0,"autoReload":false}'
    told = [line for line in done.stderr.splitlines() if "lead to a fake" in line]
    assert [line.partition("; dashboard")[0] for line in told] == [told[0].partition("; dashboard")[0]] * 2
    assert "fake-nexmo: 0 calls, 0 SMS accepted" in done.stderr


def test_a_command_that_becomes_another_user(namespaces: None, fake_nexmo_command: Run) -> None:
    """It can read what it is to trust, whatever the umask of who started it."""
    if os.geteuid() != 0:
        lacking("only root can become somebody else")
    other = [need("setpriv", package="util-linux"), "--reuid=65534", "--regid=65534", "--clear-groups"]
    script = f"umask 077; exec {' '.join(FAKE_NEXMO)} run --via namespace -- {' '.join(other)} sh -c '{CURL}; umask'"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)

    assert done.stdout == '{"value":10.0,"autoReload":false}0077\n', done.stderr


def test_other_names_of_a_line_stay() -> None:
    """Of a hosts file only the two names are taken out."""
    assert namespace._without_ours("127.0.0.5 rest.nexmo.com db.test # ours") == "127.0.0.5 db.test"
    assert namespace._without_ours("127.0.0.5 dashboard.nexmo.com REST.nexmo.com") is None
    assert (
        namespace._without_ours("127.0.0.1 localhost # rest.nexmo.com")
        == "127.0.0.1 localhost # rest.nexmo.com"
    )
    assert namespace._without_ours("# a comment") == "# a comment"


def test_authorities_of_the_users_own_are_trusted_still(
    way: list[str], fake_nexmo_command: Run, tmp_path: Path
) -> None:
    """What a variable has named is among what it names then."""
    own = load_or_make(tmp_path / "own")
    script = f"cat $SSL_CERT_FILE $NODE_EXTRA_CA_CERTS; {CURL}"
    done = fake_nexmo_command(
        "run", *way, "--", "sh", "-c", script, env={"SSL_CERT_FILE": str(own.certificate_file)}
    )

    assert done.stdout.count(own.pem) == 2
    assert done.stdout.endswith('{"value":10.0,"autoReload":false}')


def test_ctrl_c_ends_a_script_around_it(way: list[str]) -> None:
    """A shell sees a process that the key has ended, and does not go on."""
    script = (
        f"{' '.join(FAKE_NEXMO)} run {' '.join(way)} -- sh -c 'echo ready; exec sleep 30'; echo CONTINUED"
    )
    _, shown = typed_ctrl_c(["bash", "-c", script])

    assert b"ready" in shown
    assert b"CONTINUED" not in shown


def test_where_nobody_says_who_sent_a_signal() -> None:
    """As on macOS: what is sent to ``run`` comes to the command all the same."""
    script = "import signal, sys; del signal.sigwaitinfo; from fake_provider.cli import main; sys.exit(main(sys.argv[1:]))"
    command = ["sh", "-c", "trap 'exit 43' USR1; echo ready; while :; do sleep 0.05; done"]
    with subprocess.Popen(
        [sys.executable, "-c", script, "run", "--via", "proxy", "--", *command],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGUSR1)

        assert process.wait(20) == 43


def test_the_options_of_serve_are_taken(fake_nexmo_command: Run) -> None:
    """The dashboard and the control API stand where they say, with their token."""
    need("curl", package="curl")
    port = free_port()
    control = f'curl -sS -H "Authorization: Bearer for-tests" http://127.0.0.1:{port}/_fake/health'
    done = fake_nexmo_command(
        *("run", "--port", str(port), "--control-token", "for-tests", "--profile", "strict", "--seed", "1"),
        *("--via", "proxy", "--", "sh", "-c", control),
    )

    assert json.loads(done.stdout)["profile"] == "strict"
    assert f"dashboard: http://127.0.0.1:{port}" in done.stderr


def test_the_authority_is_explained(fake_nexmo: Run, data_home: Path) -> None:
    """Where it is, what it is, how to trust it, and how to be rid of it."""
    folder = data_home / "fake-nexmo"
    path = fake_nexmo("ca", "path").stdout.strip()
    show = fake_nexmo("ca", "show").stdout
    help_ = fake_nexmo("ca", "install-help").stdout
    removed = fake_nexmo("ca", "remove").stdout
    again = fake_nexmo("ca", "remove").stdout

    assert path == str(folder / "ca.pem")
    assert "SHA-256" in show
    assert "dashboard.nexmo.com" in show
    for system in ("Debian", "macOS", "Windows", "Java", "Firefox", "Node", "container"):
        assert system in help_
    assert f"removed: {folder / 'authority.pem'}" in removed
    assert "nothing to remove" in again
    assert not (folder / "authority.pem").exists()


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("shell", "export NEXMO_REST_URL=https://localhost:8443"),
        ("dotenv", "NEXMO_REST_URL=https://localhost:8443"),
        ("compose", '  NEXMO_REST_URL: "https://localhost:8443"'),
    ],
)
def test_the_environment_of_a_running_server(form: str, line: str, fake_nexmo: Run) -> None:
    """For a shell, a file, or compose; with TLS also what makes libraries trust it."""
    done = fake_nexmo("env", "--url", "https://localhost:8443", "--format", form)

    assert line in done.stdout.splitlines()
    assert "NODE_EXTRA_CA_CERTS" in done.stdout
    assert "SSL_CERT_FILE" not in fake_nexmo("env", "--format", form).stdout
