"""Where the peers live: ``.bench/``, an environment of Python's and npm's packages beside the project's own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".bench"

FROM_NPM = ("@stoplight/prism-cli", "wiremock", "mountebank")
FROM_PYPI = ("moto[server]", "pytest-httpserver", "granian", "cheroot", "waitress", "gunicorn", "werkzeug")

_MODULES = FOLDER / "node_modules"
_VENV = FOLDER / "venv"
PYTHON = _VENV / "bin" / "python"
_STAMP = FOLDER / "packages.json"


def prepare(say: Callable[[str], None]) -> Sequence[str]:
    """Install what is missing, at the versions of the day; return what could not be installed, and why.

    Once something was asked for it is not asked for again: ``make clean`` removes it all.
    """
    wanted = {"npm": list(FROM_NPM), "pypi": list(FROM_PYPI)}
    if _STAMP.exists() and json.loads(_STAMP.read_text()) == wanted:
        return []
    FOLDER.mkdir(exist_ok=True)
    problems = []
    for name, install in {"npm": _install_from_npm, "PyPI": _install_from_pypi}.items():
        say(f"installing the peers from {name} into .bench/ (once, some minutes) …")
        if problem := install():
            problems.append(f"the peers from {name} could not be installed: {problem}")
    if not problems:
        _STAMP.write_text(json.dumps(wanted))
    return problems


def _install_from_npm() -> str:
    if shutil.which("npm") is None:
        return "npm is missing"
    (FOLDER / "package.json").write_text('{"private": true}\n')
    # No scripts: none of these needs one, and one of their dependencies reports who installs it.
    options = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"]
    return _problem(["npm", "install", *options, *FROM_NPM])


def _install_from_pypi() -> str:
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade"]
    return _problem([sys.executable, "-m", "venv", str(_VENV)]) or _problem([*pip, *FROM_PYPI])


def _problem(command: Sequence[str]) -> str:
    """Run *command*; return its last line where it fails."""
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    said = (done.stderr or done.stdout).strip().splitlines() or ["no reason was given"]
    return said[-1][:200] if done.returncode else ""


def npm_file(package: str, pattern: str) -> Path | None:
    """Return the file of an npm package that *pattern* finds."""
    return next(iter(sorted((_MODULES / package).glob(pattern))), None)


def versions() -> Mapping[str, str]:
    """Return the versions of what is installed in here, by its name in FROM_NPM and FROM_PYPI."""
    found = {}
    for package in FROM_NPM:
        if manifest := npm_file(package, "package.json"):
            found[package] = str(json.loads(manifest.read_text())["version"])
    installed = {
        distribution.name.lower().replace("_", "-"): distribution.version
        for distribution in distributions(
            path=[str(path) for path in _VENV.glob("lib/python*/site-packages")]
        )
    }
    for package in FROM_PYPI:
        name = package.partition("[")[0]
        if name in installed:
            found[package] = installed[name]
    return found


def node_wanted(package: str) -> str:
    """Return which Node an npm package asks for, as its manifest writes it; "" where it asks for none."""
    manifest = npm_file(package, "package.json")
    engines = json.loads(manifest.read_text()).get("engines", {}) if manifest else {}
    return str(engines.get("node", ""))
