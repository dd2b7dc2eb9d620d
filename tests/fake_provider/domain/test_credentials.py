"""The stages of credentials, as their table says."""

from __future__ import annotations

import pytest

from fake_provider.domain.credentials import STEPS, Stage, Step, TemporaryCredentials, stage_after
from fake_provider.errors import WrongStage


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("step", Step)
def test_every_step_from_every_stage(stage: Stage, step: Step) -> None:
    """A step leads where the table says, and nowhere else."""
    if (stage, step) in STEPS:
        assert stage_after(stage, step) is STEPS[stage, step]
    else:
        with pytest.raises(WrongStage, match=stage.value):
            stage_after(stage, step)


def test_nothing_leads_back() -> None:
    """No step leads to a stage that was left: a verifier works once."""
    order = [Stage.ISSUED, Stage.APPROVED, Stage.DENIED, Stage.EXCHANGED, Stage.EXPIRED, Stage.REVOKED]
    assert all(order.index(after) > order.index(before) for (before, _), after in STEPS.items())


@pytest.mark.parametrize(
    ("stage", "age", "wanted"),
    [
        (Stage.ISSUED, 3600, Stage.ISSUED),
        (Stage.ISSUED, 3601, Stage.EXPIRED),
        (Stage.APPROVED, 3601, Stage.EXPIRED),
        (Stage.EXCHANGED, 1e9, Stage.EXCHANGED),
        (Stage.DENIED, 1e9, Stage.DENIED),
    ],
)
def test_a_request_token_lives_for_an_hour(stage: Stage, age: float, wanted: Stage) -> None:
    """What is still open after an hour has expired; what is decided and used stays so."""
    token = TemporaryCredentials(
        token="t",
        secret="s3cret",
        client_key="k",
        created_at=0,
        callback=None,
        callback_given=False,
        stage=stage,
    )

    assert token.at(age).stage is wanted


def test_secrets_are_in_no_repr() -> None:
    """A traceback that shows credentials shows no secret."""
    token = TemporaryCredentials(
        token="t",
        secret="s3cret",
        client_key="k",
        created_at=0,
        callback=None,
        callback_given=True,
        verifier="v3rifier",
    )

    assert "s3cret" not in repr(token)
    assert "v3rifier" not in repr(token)
