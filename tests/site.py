"""The documentation site, built once for all tests and all of their processes."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

from tests.documents import ROOT


def built(folder: Path) -> Path:
    """Build the site into *folder* as ``make docs`` does, without a warning, unless another process has done so."""
    site = folder / "site"
    with (folder / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "site.built"
        if not done.exists():
            build(ROOT / "docs", site)
            done.touch()
    return site


def build(pages: Path, site: Path) -> None:
    """Build *pages*; AssertionError with what Sphinx says, if it is not content."""
    command = ["-b", "html", "-W", "--keep-going", "-q", "-d", f"{site}.doctrees", str(pages), str(site)]
    run = subprocess.run(
        [sys.executable, "-m", "sphinx", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stderr == ""
