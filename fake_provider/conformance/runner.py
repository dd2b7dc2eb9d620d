"""Runs the command, once for each setting."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from .run import Run
from .scene import Scene
from .setting import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Runs a command in settings. ``interrupted`` ends whatever runs at once."""

    command: Sequence[str]
    timeout_seconds: float
    interrupted: threading.Event
    real_hosts: bool = False
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)

    def run(self, setting: Setting) -> Run:
        """Run the command once, with a fake of its own; raises InvalidValue where it cannot be started."""
        with ExitStack() as stack:
            scene = Scene(setting, stack, has_real_names=self.real_hosts)
            directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="fake-nexmo-check-"))
            began = time.monotonic()
            command = scene.begins(self.command, self._environment(scene, Path(directory)))
            try:
                ended = command.wait(
                    lambda: max(began, scene.hangs_since) + self.timeout_seconds, self.interrupted
                )
            finally:
                code = command.end()
            seconds = time.monotonic() - began
            scene.ends()
            return scene.seen(
                output=command.output,
                exit_code=code if ended else None,
                seconds=seconds,
                timeout_seconds=self.timeout_seconds,
            )

    def _environment(self, scene: Scene, directory: Path) -> Mapping[str, str]:
        environment = {
            name: value for name, value in self.environment.items() if not name.startswith("NEXMO_")
        }
        loopback = ",".join(
            filter(None, (environment.get("NO_PROXY", environment.get("no_proxy")), "127.0.0.1,localhost"))
        )
        return {
            **environment,
            # A token that a client keeps is of this run alone.
            "XDG_CONFIG_HOME": str(directory),
            "XDG_STATE_HOME": str(directory),
            "BROWSER": "true",  # the user's browser is played: none is to open
            "NO_PROXY": loopback,
            "no_proxy": loopback,
            **scene.variables(),
        }
