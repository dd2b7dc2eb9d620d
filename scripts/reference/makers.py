"""Everything that is made for a page, by the name that a page calls it by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from . import commands, control_api, links, python_api, settings, vocabulary

MAKERS: Mapping[str, Callable[[], str]] = {
    "commands": commands.made,
    "control API": control_api.made,
    "errors of the control API": control_api.errors,
    "settings": settings.made,
    "refusals": vocabulary.refusals,
    "mistakes": vocabulary.mistakes,
    "findings of the SMS API": vocabulary.sms_findings,
    "statuses": vocabulary.statuses,
    "magic numbers": vocabulary.magic_numbers,
    "scenarios": vocabulary.scenarios,
    "faults": vocabulary.faults,
    "FakeNexmo": partial(python_api.of_module, "fake_provider"),
    "client": partial(python_api.of_module, "client"),
    "Checkup": partial(python_api.of_module, "fake_provider.conformance"),
    "contract": partial(python_api.of_module, "fake_provider.contract"),
    "fixtures": python_api.fixtures,
    "options of pytest": python_api.options,
    "README": partial(links.included, "README.md"),
    "changelog": partial(links.included, "CHANGELOG.md"),
}
