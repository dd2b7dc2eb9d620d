"""Runs of ``contract_tests`` that are recorded, and replayed with no provider at all."""

from __future__ import annotations

import filecmp
import json
import random
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import requests

from contract_tests.authorizers import Person
from contract_tests.consumer import Consumer
from contract_tests.control import Decision
from contract_tests.replay import Replay
from contract_tests.scrubbing import Secrets
from contract_tests.signing import Call, Credentials
from contract_tests.tape import Tape
from contract_tests.targets import (
    DASHBOARD_URL,
    FICTITIOUS_NUMBER,
    REST_URL,
    Provider,
    TargetError,
    through,
)
from fake_provider import FakeNexmo
from fake_provider.cli import main
from fake_provider.conformance.hiding import forms
from fake_provider.contract.exchange import RecordedTest, Webhook
from fake_provider.contract.masking import Masker
from fake_provider.contract.recording import Index, Recording
from fake_provider.contract.references import References
from fake_provider.contract.testfile import path_of
from fake_provider.contract.writing import Writer
from tests.contract_tests.running import importable
from tests.contract_tests.test_contract_runs import FOLDER, PYARGS, _run
from tests.documents import ROOT, blocks

SELECTION = (
    "(test_authorize and (round_trip or out_of_band or stranger)) or (test_sms_json and keys_come) or "
    "test_a_receipt or (test_access_token and (another_case or part_of or revoked)) or test_the_life_of_a_number or "
    "test_own_numbers or test_an_inbound_message or (test_sms_signature and md5) or "
    "test_an_access_token_is_permanent or test_rsa or test_step_1 or "
    "(test_refusals and (a_replay or plaintext or nonce_may or nonce-changed or shifted)) or test_by_ids or "
    "test_they_let_in or test_the_accounts_own_credentials or test_a_callback_is"
)
TEST = "test_sms_json.py::test_the_keys_come_in_their_order"
NO_PROVIDER = """
import socket
from fake_provider.fake import FakeNexmo

def forbidden(*_, **__):
    raise AssertionError("a replay needs no provider")

FakeNexmo.__init__ = forbidden
for name in ("bind", "connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, forbidden)
socket.create_connection = socket.socketpair = socket.getaddrinfo = forbidden
"""
REAL = """
import json, os, sys, pytest
from fake_provider import FakeNexmo
from fake_provider.cli import main
from requests_oauthlib import OAuth1Session

class NoPace:
    def pytest_collection_finish(self):
        from contract_tests import live
        live.Pace.keep = lambda self: None

fake, url = FakeNexmo(), "https://dashboard.nexmo.com/oauth"
with fake.intercept():
    app = fake.create_app("Somebody's own", consumer_key="somebodys-consumer-key")
    session = OAuth1Session(app.consumer_key, app.consumer_secret, callback_uri="oob")
    user = fake.authorize(session.fetch_request_token(f"{url}/request_token")["oauth_token"])
    session._client.client.verifier = user.verifier
    token = session.fetch_access_token(f"{url}/access_token")
    os.environ |= {
        "NEXMO_CONSUMER_KEY": app.consumer_key,
        "NEXMO_CONSUMER_SECRET": app.consumer_secret,
        "NEXMO_ACCESS_TOKEN": token["oauth_token"],
        "NEXMO_ACCESS_TOKEN_SECRET": token["oauth_token_secret"],
        "NEXMO_SMS_TO": "447700900555",
    }
    code = pytest.main(sys.argv[1:], plugins=[NoPace()])
    account = fake.accounts[0]
    private = [value for name, value in os.environ.items() if name.startswith("NEXMO_")]
    for account in fake.accounts:
        private += [account.api_key, account.api_secret, account.email]
    private += [part.message_id for message in fake.messages for part in message.parts]
    open(os.environ["PRIVATE"], "w").write(json.dumps(private))
    sys.exit(code)
"""


def _recorded(folder: Path, *arguments: str, selection: str = SELECTION) -> subprocess.CompletedProcess[str]:
    run = _run(FOLDER, "-q", "-k", selection, "--record", str(folder), *arguments, cwd=folder.parent)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr
    return run


def _replayed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Replay in a process in which nobody can start a fake or use a socket."""
    (folder.parent / "no_provider.py").write_text(NO_PROVIDER)
    return _run(
        FOLDER,
        "-q",
        "-rs",
        "-p",
        "no_provider",
        "--nexmo-target",
        f"replay:{folder}",
        *arguments,
        cwd=folder.parent,
        environment=importable(folder.parent),
    )


def _files(folder: Path) -> str:
    return "\n".join(path.read_text() for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run against a fake in its own process has recorded; not to be changed."""
    folder = tmp_path_factory.mktemp("recorded") / "one"
    _recorded(folder)
    return folder


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A small one, to be changed."""
    return Path(shutil.copytree(ROOT / "examples" / "recording", tmp_path / "copy"))


def test_the_same_run_makes_the_same_files(recording: Path, tmp_path: Path) -> None:
    """Byte for byte, though tokens, times and ids were others, and several processes wrote."""
    run = _recorded(tmp_path / "again", "-n", "2")
    seen = filecmp.dircmp(recording, tmp_path / "again")

    assert f"recorded: {Recording(recording).index().tests} tests, in" in run.stdout
    assert seen.common_dirs
    assert not seen.left_only + seen.right_only + seen.diff_files
    for folder in seen.subdirs.values():
        assert not folder.left_only + folder.right_only + folder.funny_files
        _, different, failed = filecmp.cmpfiles(folder.left, folder.right, folder.common_files, shallow=False)
        assert not different + failed


@pytest.mark.long
def test_no_secret_is_in_the_files(tmp_path: Path) -> None:
    """Nor anything else by which somebody could be known, in whatever way it is written."""
    fake = FakeNexmo()
    with fake.serve() as server:
        _recorded(tmp_path / "recorded", "--nexmo-target", server.url)
        port = server.url.rpartition(":")[2]
    seeded = FakeNexmo()
    texts = _files(tmp_path / "recorded")
    known = {
        *fake._secrets(),
        *(app.client_key for app in fake.apps),
        *(one for account in fake.accounts for one in (account.api_key, account.email, account.password)),
        *(one for message in fake.messages for one in message.message_ids),
        f"127.0.0.1:{port}",
    } - {
        *seeded._secrets(),
        *(app.client_key for app in seeded.apps),
        *(one for account in seeded.accounts for one in (account.api_key, account.email, account.password)),
        "contract-signature-secret",  # a test's own text
        "Abcdef12",
    }

    assert len(known) > 100
    assert [one for one in known for form in forms(one) if form in texts] == []


def test_a_replay_needs_no_provider(recording: Path) -> None:
    """Every recorded test passes with no fake and no socket; the others say why they cannot."""
    run = _replayed(recording, "-k", SELECTION)
    tests = list(Recording(recording).tests())
    skipped = sum(test.outcome == "skipped" for test in tests)

    assert run.returncode == 0, run.stdout[-3000:] + run.stderr
    assert f"{len(tests) - skipped} passed, {skipped} skipped" in run.stdout
    assert [test for test in tests if any(isinstance(step, Webhook) for step in test.steps)]
    assert "the recording of a fake in this process of" in run.stdout


@pytest.mark.long
@pytest.mark.parametrize(
    "line",
    [
        line
        for block in blocks("docs/recording.md")
        if block.language == "sh"
        for line in block.text.splitlines()
        if "examples/recording" in line and "--against" not in line
    ],
)
def test_what_the_document_shows(tmp_path: Path, line: str) -> None:
    """Its commands work, on the recording that is there."""
    words = shlex.split(line.replace("examples/recording", str(ROOT / "examples" / "recording")))
    program = str(Path(sys.executable).with_name(words[0]))
    done = subprocess.run([program, *words[1:]], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


def test_what_was_not_recorded_is_skipped(recording: Path) -> None:
    """With that reason."""
    run = _replayed(recording, "-k", "test_pricing")

    assert run.returncode == 0
    assert "is not in the recording; make the recording anew, with --record" in run.stdout


def test_a_recording_from_before_there_were_webhooks(copy: Path) -> None:
    """It is replayed as far as it goes: of a test that gets webhooks it is said why it was skipped then."""
    index = json.loads((copy / "recording.json").read_text())
    index |= {"format": 1, "capabilities": ["alone", "control", "free-sms"]}
    (copy / "recording.json").write_text(json.dumps(index))
    path = copy / path_of("test_webhooks.py::test_the_keys_of_a_receipt")
    head = path.read_text().partition("outcome: ")[0]
    path.write_text(f"{head}outcome: skipped\nreason: gets webhooks, which no recording has\n")
    run = _replayed(copy, "-k", "keys_of_a_receipt or test_the_keys_come_in_their_order")

    assert run.returncode == 0, run.stdout
    assert "1 passed, 1 skipped" in run.stdout
    assert "was skipped when it was recorded: gets webhooks, which no recording has" in run.stdout


def test_other_peoples_tests_are_not_replayed(recording: Path) -> None:
    """There is nothing for them in a recording; one line says so."""
    with pytest.raises(pytest.fail.Exception, match="is for contract_tests: others are in no recording"):
        Replay(str(recording)).open()


# A replay that differs


def _sent(folder: Path, times: int = 1) -> int:
    """Do what the test does, on its recording."""
    with Replay(str(folder)).replayed(TEST) as provider:
        app = Consumer(provider, provider.client)
        token = app.access()
        return [app.send(app.sms(token)).status_code for _ in range(times)][-1]


def _change(folder: Path, old: str, new: str, *, test: str = TEST) -> None:
    path = folder / path_of(test)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("text=hello", "text=hullo", "URL: recorded '<rest>/sms/json", id="another-text"),
        pytest.param("> GET <rest>", "> PUT <rest>", "method: recorded 'PUT', now 'GET'", id="another-method"),
        pytest.param('"decision": "approve"', '"decision": "deny"', "body: recorded", id="another-body"),
        pytest.param('oauth_callback="oob"', 'oauth_callback="x"', "header Authorization: recorded", id="another-header"),
        pytest.param(
            'oauth_token="<access-token-1>"', 'oauth_token="<request-token-1>"', "header Auth", id="another-token"
        ),
        pytest.param('"<nonce-3>"', '"<nonce-2>"', "header Authorization", id="a-nonce-that-came-before"),
        pytest.param(
            "consumer-secret-1&access-token-secret-1",
            "wrong",
            "signed with: recorded 'wrong', now 'consumer-secret-1&access-token-secret-1'",
            id="a-right-signature-for-a-wrong-one",
        ),
    ],
)  # fmt: skip
def test_a_request_that_is_not_the_recorded_one(copy: Path, old: str, new: str, said: str) -> None:
    """It fails, and says what differs, and what to do."""
    _change(copy, old, new)

    with pytest.raises(pytest.fail.Exception) as caught:
        _sent(copy)
    assert "is not the recorded one; make the recording anew, with --record" in str(caught.value)
    assert said in str(caught.value)


def test_what_follows_the_last_request(copy: Path) -> None:
    """A test that asks for more than was recorded fails too."""
    with pytest.raises(pytest.fail.Exception, match="recorded: nothing more"):
        _sent(copy, times=2)


PUSHED = "test_webhooks.py::test_what_is_not_accepted_is_pushed_again"
TO_THE_RECEIVER = '{"receiver": "<receiver-1>", "event": "'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(
            "< 500 Internal Server Error",
            "< 410 Gone",
            "answered now to <receiver-1>: 500 Internal Server Error; recorded: 410 Gone",
            id="answered-otherwise",
        ),
        pytest.param(
            f'{TO_THE_RECEIVER}got no more"}}',
            '{"receiver": "<receiver-2>", "event": "opens"}',
            "now: <receiver-1> got no more; recorded: <receiver-2> opens",
            id="looked-at-another-step",
        ),
        pytest.param(
            "< 500 Internal Server Error",
            r'<"500 \u001b[2J"',
            r"recorded: 500 \x1b[2J",
            id="what-would-move-a-cursor",
        ),
        pytest.param("callback=<receiver-1", "callback=<receiver-2", "URL: recorded", id="another-receiver"),
        pytest.param("<moment:plus>", f"<moment+{'9' * 12}:plus>", "cannot be shown: <moment", id="no-time"),
    ],
)
def test_a_receiver_that_is_not_the_recorded_one(copy: Path, old: str, new: str, said: str) -> None:
    """What the test does with what it gets is compared as well."""
    _change(copy, old, new, test=PUSHED)
    run = _replayed(copy, "-k", "is_not_accepted_is_pushed_again")

    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert said in run.stdout
    assert "another exception" not in run.stdout


def test_a_webhook_that_did_not_come_fails_in_a_replay_too(copy: Path) -> None:
    """There is no socket at which it could be waited for."""
    test = "test_webhooks.py::test_the_keys_of_a_receipt"
    path = copy / path_of(test)
    text = path.read_text()
    step = next(one for one in text.split("\n\n") if re.match(r"--- \d+ webhook", one))
    number = int(step.split()[1])
    path.write_text(text.replace(f"{step}\n\n", "").replace(f"--- {number + 1} ", f"--- {number} "))
    run = _replayed(copy, "-k", "keys_of_a_receipt")

    assert "0 of 1 webhook came" in run.stdout


def test_a_signature_is_verified_anew(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that was accepted must be signed rightly now: a signer that went wrong is found without a provider."""
    assert _sent(copy) == 200
    right = Call.base_string
    monkeypatch.setattr(Call, "base_string", lambda call: right(call).replace("%26", "%27", 1))

    with pytest.raises(
        pytest.fail.Exception, match="signed with: recorded 'consumer-secret-1&', now 'wrong'"
    ):
        _sent(copy)


def test_what_a_provider_did_wrong_fails_in_a_replay_too(copy: Path) -> None:
    """The tests look at recorded answers as they do at others."""
    _change(copy, '"status": "0"', '"state": "0"')
    run = _replayed(copy, "-k", "test_sms_json and keys_come or test_the_answer_is_a_form")

    assert "1 failed, 1 passed" in run.stdout


def test_a_token_of_another_form_is_shown_so(tmp_path: Path) -> None:
    """Stand-ins have the form of what was recorded."""
    selection = "test_request_token and test_token_and_secret_are_32"
    folder = tmp_path / "recorded"
    _recorded(folder, selection=selection)
    name = "test_request_token.py::test_token_and_secret_are_32_hexadecimal_digits"
    _change(folder, "outcome: passed", "outcome: passed\nunusual: request-token-1 31 digits", test=name)
    run = _replayed(folder, "-k", selection)

    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert "1 failed" in run.stdout


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(shutil.rmtree, "there is no such folder", id="no-folder"),
        pytest.param(lambda folder: (folder / "recording.json").unlink(), "is no recording", id="foreign"),
        pytest.param(
            lambda folder: (folder / "recording.json").write_text('{"format": 99}'),
            "newer fake-nexmo",
            id="newer",
        ),
        pytest.param(
            lambda folder: (folder / "recording.json").write_text("?"), "cannot be read", id="damaged"
        ),
    ],
)
def test_a_recording_that_is_none(copy: Path, spoil: Callable[[Path], object], said: str) -> None:
    """One line says why."""
    spoil(copy)

    with pytest.raises(TargetError, match=f"^--nexmo-target replay:.*{said}") as caught:
        Replay(str(copy))
    assert "\n" not in str(caught.value)


def test_a_run_on_no_recording_ends_with_one_line(tmp_path: Path) -> None:
    """Before any test."""
    run = _run(FOLDER, "--nexmo-target", f"replay:{tmp_path}", cwd=tmp_path)

    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    said = f"ERROR: --nexmo-target replay:{tmp_path} is no recording: it is empty; make one with --record"
    assert run.stderr.split("\n")[:-2] == [said]


def test_a_damaged_test_is_named(copy: Path) -> None:
    """The others go on."""
    (copy / path_of(TEST)).write_text("?")
    run = _replayed(copy, "-k", "test_sms_json and keys_come or test_the_answer_is_a_form")

    assert (
        f"{path_of(TEST)} is damaged in line 1: '?' has no place in the head of a test; make the recording anew"
        in run.stdout
    )
    assert re.search("1 passed, .*1 error", run.stdout)


# Recording


def test_a_test_that_failed_is_recorded_as_such(tmp_path: Path) -> None:
    """And fails in a replay as it did: what the provider does wrong is wrong in its recording."""
    (tmp_path / "spoilt.py").write_text(
        "from fake_provider.web.app import Application\n"
        "right = Application.reply\n"
        "def wrong(self, request, **named):\n"
        "    reply = right(self, request, **named)\n"
        "    object.__setattr__(reply.response, 'body', reply.response.body.replace(b'status', b'state'))\n"
        "    return reply\n"
        "Application.reply = wrong\n"
    )
    folder = tmp_path / "recorded"
    arguments = ("-q", "-p", "spoilt", "-k", "test_sms_json and keys_come", "--record", str(folder))
    run = _run(FOLDER, *arguments, cwd=tmp_path, environment=importable(tmp_path))
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout

    (test,) = Recording(folder).tests()
    assert test.outcome == "failed"
    assert "1 failed" in _replayed(folder, "-k", "test_sms_json and keys_come").stdout


def test_nothing_of_others_is_overwritten(tmp_path: Path) -> None:
    """A folder that holds something else is refused with one line, before any test."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    run = _run(FOLDER, "-k", "test_sms_json", "--record", str(tmp_path / "mine"), cwd=tmp_path)

    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert "is not empty, and no recording: nothing is written there" in run.stderr
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_a_replay_is_not_recorded(recording: Path, tmp_path: Path) -> None:
    """There is nothing new in it."""
    arguments = ("--nexmo-target", f"replay:{recording}", "--record", str(tmp_path / "again"))
    run = _run(FOLDER, *arguments, cwd=tmp_path)

    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert "a replay has nothing to record" in run.stderr


def test_a_run_of_nothing_records_nothing(copy: Path) -> None:
    """What was recorded before stays."""
    before = _files(copy)
    run = _run(FOLDER, "-k", "no_such_test_anywhere", "--record", str(copy), cwd=copy.parent)

    assert run.returncode == pytest.ExitCode.NO_TESTS_COLLECTED
    assert _files(copy) == before
    assert [path.name for path in copy.parent.iterdir()] == ["copy"]


FULL_DISK = """
import resource

def pytest_collection_finish():
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
"""
INTRUDER = """
import pathlib

def pytest_collection_finish():
    pathlib.Path("copy", "notes.md").write_text("mine")
"""


@pytest.mark.parametrize(
    ("plugin", "said", "left"),
    [
        pytest.param(
            FULL_DISK, "not recorded: {} cannot be written to: File too large\n", ["copy"], id="a-full-disk"
        ),
        pytest.param(
            INTRUDER,
            "not recorded: {1}/copy/notes.md is no part of a recording: nothing is overwritten; move it away; what was recorded "
            "now is in {1}/copy.unplaced-1\n",
            ["copy", "copy.unplaced-1"],
            id="somebody-elses-file-meanwhile",
        ),
    ],
)
def test_a_recording_that_cannot_be_written_is_no_success(
    copy: Path, plugin: str, said: str, left: list[str]
) -> None:
    """One line says why, and the earlier recording stays."""
    before = (copy / path_of(TEST)).read_text()
    (copy.parent / "slip.py").write_text(plugin)
    arguments = ("-p", "slip", "-k", "keys_come", "--record", "copy")
    run = _run(
        f"{FOLDER}/test_sms_json.py", "-q", *arguments, cwd=copy.parent, environment=importable(copy.parent)
    )

    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert said.format("copy", copy.parent) in run.stdout
    assert "INTERNALERROR" not in run.stdout + run.stderr
    assert (copy / path_of(TEST)).read_text() == before
    assert sorted(path.name for path in copy.parent.glob("copy*")) == left


def test_a_run_of_no_test_says_that_it_was_none(copy: Path) -> None:
    """It has come to its end, and has nothing to record; the earlier recording stays."""
    before = _files(copy)
    run = _run(f"{FOLDER}/test_sms_json.py", "-q", "-k", "nosuchthing", "--record", "copy", cwd=copy.parent)

    assert run.returncode == pytest.ExitCode.NO_TESTS_COLLECTED
    assert "not recorded: no test of the contract was run" in run.stdout
    assert _files(copy) == before


def test_a_recording_of_one_test_is_one(tmp_path: Path) -> None:
    """In the words of the run, and of whoever compares it."""
    run = _run(f"{FOLDER}/test_sms_xml.py", "-q", "-k", "several_parts", "--record", "one", cwd=tmp_path)

    assert "checked      1 test: 1 passed" in run.stdout
    assert "recorded: 1 test, in one; read it before others do" in run.stdout


def test_a_run_that_stops_at_its_first_failure_is_no_whole_one(copy: Path) -> None:
    """The earlier recording stays, and that is said."""
    before = _files(copy)
    (copy.parent / "slip.py").write_text(
        "import pytest\n@pytest.fixture(autouse=True)\ndef wrong():\n    assert False\n"
    )
    arguments = ("-p", "slip", "-x", "--record", "copy")
    run = _run(
        f"{FOLDER}/test_sms_json.py", "-q", *arguments, cwd=copy.parent, environment=importable(copy.parent)
    )

    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert "not recorded: the run did not come to its end" in run.stdout
    assert _files(copy) == before


# The real service


def test_the_real_service_is_recorded_without_whose_it_is(tmp_path: Path) -> None:
    """Key, token, number, balance and account are not told; a replay works all the same, and so does drift."""
    folder = tmp_path / "recorded"
    selection = (
        "test_account_balance or (test_sms_json and keys_come) or test_search or test_account_settings"
    )
    run = _run(
        *("-q", *PYARGS, "-k", selection, "--nexmo-target", "live", "--allow-sms", "--record", str(folder)),
        cwd=tmp_path,
        start=("-c", REAL),
        environment={"PRIVATE": str(tmp_path / "private.json")},
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr
    private, texts = json.loads((tmp_path / "private.json").read_text()), _files(folder)

    assert len(private) > 10
    assert [one for one in private for form in forms(one) if form in texts] == []
    assert Recording(folder).index().own_number
    replay = _replayed(folder, "-k", selection)
    assert replay.returncode == 0, replay.stdout[-3000:]
    assert re.search(r"[1-9]\d passed", replay.stdout)
    assert main(["drift", str(folder)]) == 0


class _Deciding(Person):
    """A person who needs no terminal."""

    def __init__(self, fake: FakeNexmo) -> None:
        super().__init__()
        self._fake = fake

    def approve(self, oauth_token: str, page: str) -> Decision:
        user = self._fake.authorize(oauth_token)
        return Decision(verifier=user.verifier, redirect_url=user.redirect_url)


def _asked(provider: Provider) -> int:
    consumer = Consumer(provider, provider.client)
    return consumer.send(consumer.balance(consumer.access())).status_code


def test_what_a_person_decided_is_recorded(tmp_path: Path) -> None:
    """And shown again, with stand-ins: the verifier, and for a later test the token that was there."""
    fake = FakeNexmo()
    app = fake.create_app("Own")
    client, person = Credentials(app.client_key, app.client_secret), _Deciding(fake)
    tests = []
    with fake.intercept(), requests.Session() as session:
        for name in ("test_x.py::first", "test_x.py::second"):
            provider = Provider(
                dashboard_url=DASHBOARD_URL,
                rest_url=REST_URL,
                client=client,
                authorizer=person,
                sms_to=FICTITIOUS_NUMBER,
                send=through(session),
                secrets=Secrets(),
            )
            references = References()
            references.learn("consumer-key", client.key)
            references.learn("consumer-secret", client.secret)
            masker = Masker(
                references=references, dashboard_url=DASHBOARD_URL, rest_url=REST_URL, now=time.time
            )
            tape = Tape(provider, masker)
            assert _asked(tape.taped(random.Random(1))) == 200
            tests.append(RecordedTest(test=name, steps=tuple(tape.steps)))
    writer = Writer(tmp_path / "recorded")
    writer.begin()
    for test in tests:
        writer.write(test)
    writer.end(replace(INDEX, tests=2))

    kinds = [[type(step).__name__ for step in test.steps] for test in tests]
    assert kinds == [["Exchange", "Decision", "Exchange", "Exchange"], ["Access", "Exchange"]]
    replay = Replay(str(tmp_path / "recorded"))
    for test in tests:
        with replay.replayed(test.test) as provider:
            assert _asked(provider) == 200
    assert main(["drift", str(tmp_path / "recorded")]) == 0


INDEX = Index(
    recorded_on=date(2026, 11, 26),
    against="the real service",
    profile=None,
    capabilities=(),
    tls=True,
    own_number=False,
    tests=0,
)
