"""What examples/deployment ships: checked by the linters of each format, and run as far as that goes without a container."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from fake_provider.cli import _parser
from tests.documents import ROOT
from tests.programs import need, run

FOLDER = ROOT / "examples/deployment"
BIN = Path(sys.executable).parent
IMAGE_FOLDER = "/opt/fake-nexmo"


def text_of(name: str) -> str:
    """Return a file of the folder."""
    return (FOLDER / name).read_text(encoding="utf-8")


def options_of(words: list[str]) -> Any:
    """Return what our own parser makes of a command."""
    return _parser().parse_args(words[1:] if words[0].endswith("fake-nexmo") else words)


# The image


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions with what follows them."""
    lines = text_of("Dockerfile").replace("\\\n", " ").splitlines()
    found = (line.partition(" ") for line in lines if line and not line.startswith("#"))
    return [(name, rest.strip()) for name, _, rest in found]


def instruction(wanted: str) -> str:
    """Return what follows the only instruction of a kind."""
    (found,) = (rest for name, rest in instructions() if name == wanted)
    return found


def build_stage() -> list[tuple[str, str]]:
    """Return the instructions between the first FROM and the second."""
    starts = [index for index, (name, _) in enumerate(instructions()) if name == "FROM"]
    return instructions()[starts[0] + 1 : starts[1]]


def test_hadolint_has_nothing_to_say() -> None:
    """Of the Dockerfile."""
    done = run(str(BIN / "hadolint"), str(FOLDER / "Dockerfile"))

    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_is_made_of_what_is_there() -> None:
    """All that is copied is let through by the ignore file, and nothing else; the packages of the wheel are among it."""
    copied = [word for name, rest in build_stage() if name == "COPY" for word in rest.split()[:-1]]
    let_through = re.findall(r"^!(\S+)$", text_of("Dockerfile.dockerignore"), re.MULTILINE)

    assert sorted(copied) == sorted(let_through)
    assert {"fake_provider", "client", "contract_tests"} <= set(copied)
    assert all((ROOT / name).exists() for name in copied)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Dockerfile's steps by hand, in a folder instead of a stage: returns where it has installed fake-nexmo.

    What the packages of others bring is this environment's, so that nothing is fetched.
    """
    folder = tmp_path_factory.mktemp("image")
    stage, installed = folder / "build", folder / "opt"
    stage.mkdir()
    others = sysconfig.get_path("purelib")
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PYTHONPATH": others}
    path = f"{BIN}:{os.environ['PATH']}"
    for name, rest in build_stage():
        if name == "COPY":
            *sources, target = rest.split()
            for source in sources:
                _copy(ROOT / source, stage / target / (Path(source).name if target == "./" else ""))
        elif name == "RUN":
            done = subprocess.run(
                rest.replace(IMAGE_FOLDER, str(installed)),
                shell=True,
                cwd=stage,
                env=os.environ | offline | {"PATH": path},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
    (own,) = installed.glob("lib/python*/site-packages")
    (own / "others.pth").write_text(others + "\n")
    return installed


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def test_the_image_holds_what_is_needed(image: Path) -> None:
    """Bytecode, since its user may not write any; no pip; and the commands."""
    (own,) = image.glob("lib/python*/site-packages")

    assert list(own.glob("fake_provider/__pycache__/cli.*.pyc"))
    assert not (own / "pip").exists()
    assert {"fake-nexmo", "nexmo-oauth"} <= {path.name for path in (image / "bin").iterdir()}


def test_the_image_serves(image: Path, tmp_path: Path) -> None:
    """Its entry point with its command, on another port: pages and a new database are there, and its health check passes."""
    from tests.fake_provider.test_cli import serving

    entry, command = json.loads(instruction("ENTRYPOINT")), json.loads(instruction("CMD"))
    program = str(image / "bin" / entry[0])
    words = ["0" if word == "8080" else word for word in command[1:]]
    _, _, check = instruction("HEALTHCHECK").partition(" CMD ")
    with serving(*words, "--database", str(tmp_path / "fake.db"), program=[program]) as (_, url, printed):
        local = url.replace("0.0.0.0", "127.0.0.1")
        page = requests.get(f"{local}/", timeout=10)
        healthy = run(program, *json.loads(check)[1:], "--url", local)

    assert (entry, command[0]) == (["fake-nexmo"], "serve")
    assert options_of(command).host == "0.0.0.0"
    assert "control token" in printed
    assert page.status_code == 200
    assert "</html>" in page.text
    assert (healthy.returncode, healthy.stdout) == (0, "alive, HTTP 401\n")


# systemd


def unit() -> dict[str, list[str]]:
    """Return the settings of the unit, each with its values."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", text_of("fake-nexmo.service"), re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


@pytest.fixture
def unit_file(tmp_path: Path) -> str:
    """A copy whose programs are where this environment has them."""
    path = tmp_path / "fake-nexmo.service"
    path.write_text(
        text_of("fake-nexmo.service").replace(f"{IMAGE_FOLDER}/bin/fake-nexmo", str(BIN / "fake-nexmo"))
    )
    return str(path)


def test_systemd_takes_the_unit(unit_file: str) -> None:
    """Without a warning."""
    done = run(need("systemd-analyze", package="systemd"), "verify", "--man=no", unit_file)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_unit_is_confined(unit_file: str) -> None:
    """systemd's own scale goes from 0 to 10; what it calls safe ends at 2."""
    done = run(
        need("systemd-analyze", package="systemd"), "security", "--offline=yes", "--threshold=20", unit_file
    )

    assert done.returncode == 0, done.stdout


def test_the_commands_of_the_unit() -> None:
    """They are ours; there is time to stop well, and the database is in the folder that the unit makes."""
    (start,), (check,) = unit()["ExecStart"], unit()["ExecStartPost"]
    options, asked = options_of(shlex.split(start)), options_of(shlex.split(check))

    assert (options.command, asked.command) == ("serve", "health")
    assert asked.url == f"http://{options.host}:{options.port}"
    assert Path(options.database).parent == Path("/var/lib") / unit()["StateDirectory"][0]
    assert float(unit()["TimeoutStopSec"][0]) > options.grace


# Containers


def compose() -> dict[str, Any]:
    """Return the compose file."""
    found: dict[str, Any] = yaml.safe_load(text_of("compose.yaml"))
    return found


def test_the_compose_file_is_one() -> None:
    """By the schema of the Compose specification."""
    done = run(
        str(BIN / "check-jsonschema"),
        "--builtin-schema",
        "vendor.compose-spec",
        str(FOLDER / "compose.yaml"),
    )

    assert done.returncode == 0, done.stdout


def test_the_replicas_of_the_compose_file() -> None:
    """They take their command; there is time to stop well; nginx knows each, and nobody else."""
    services = compose()["services"]
    replicas = {name: service for name, service in services.items() if service.get("image") == "fake-nexmo"}
    upstreams = re.findall(r"server ([\w-]+):(\d+)", text_of("nginx.conf"))

    assert {(name, str(options_of(one["command"]).port)) for name, one in replicas.items()} == set(upstreams)
    assert set(services["nginx"]["depends_on"]) == set(replicas)
    for service in replicas.values():
        assert float(service["stop_grace_period"].removesuffix("s")) > options_of(service["command"]).grace
        assert options_of(service["healthcheck"]["test"][1:]).command == "health"
        assert (ROOT / "examples/deployment" / service["build"]["context"]).resolve() == ROOT
        assert (ROOT / service["build"]["dockerfile"]).exists()


def test_no_secret_is_in_the_compose_file() -> None:
    """Each comes from the environment, and is missed there."""
    environments = [service.get("environment", {}) for service in compose()["services"].values()]
    secret = [
        value for one in environments for name, value in one.items() if re.search("TOKEN|PASSWORD", name)
    ]

    assert secret
    assert all(re.fullmatch(r"\$\{\w+:\?.+\}", value) for value in secret)


# Kubernetes


def manifests(kind: str) -> list[dict[str, Any]]:
    """Return the objects of a kind."""
    return [one for one in yaml.safe_load_all(text_of("kubernetes.yaml")) if one["kind"] == kind]


def test_kubernetes_takes_the_manifests() -> None:
    """By the schemas of its API, without an unknown member."""
    done = run(str(BIN / "kubernetes-validate"), "--strict", "--quiet", str(FOLDER / "kubernetes.yaml"))

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_pods_of_the_deployment() -> None:
    """They take their arguments and probes; there is time to stop well; they run as the user whom the image has."""
    (deployment,) = manifests("Deployment")
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    options = options_of(container["args"])
    probes = [container[name] for name in ("startupProbe", "readinessProbe", "livenessProbe")]

    assert options.command == "serve"
    assert [options_of(probe["exec"]["command"]).live for probe in probes] == [False, False, True]
    assert all(probe["timeoutSeconds"] > 3 for probe in probes)
    leaving = float(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod["terminationGracePeriodSeconds"] > leaving + options.grace
    assert instruction("USER").split(":") == [
        str(pod["securityContext"]["runAsUser"]),
        str(pod["securityContext"]["runAsGroup"]),
    ]
    assert container["ports"][0]["containerPort"] == options.port


def test_what_the_manifests_refer_to() -> None:
    """Secrets, the configuration and the labels are there; the configuration can be read."""
    (secret,), (config,) = manifests("Secret"), manifests("ConfigMap")
    (deployment,), (budget,) = manifests("Deployment"), manifests("PodDisruptionBudget")
    wanted = re.findall(r"secretKeyRef: \{name: ([\w-]+), key: ([\w-]+)\}", text_of("kubernetes.yaml"))
    own = deployment["spec"]["selector"]["matchLabels"]

    assert {key for _, key in wanted} == set(secret["stringData"])
    assert {name for name, _ in wanted} == {secret["metadata"]["name"]}
    assert deployment["spec"]["template"]["metadata"]["labels"] == own
    assert budget["spec"]["selector"]["matchLabels"] == own
    assert manifests("Service")[0]["spec"]["selector"] == own
    assert list(config["data"]) == ["fake.toml"]


def test_the_configuration_of_the_manifests(tmp_path: Path) -> None:
    """It is one."""
    from fake_provider.adapters.entropy import RandomEntropy
    from fake_provider.config import load

    path = tmp_path / "fake.toml"
    path.write_text(manifests("ConfigMap")[0]["data"]["fake.toml"])

    assert load(path, RandomEntropy()).max_age_days == 14
