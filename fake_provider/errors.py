"""What the *user of the fake* can do wrong, each error with a hint that says what to do.

What a *client* does wrong is never an exception: it is a value (``oauth.verdict``, ``sms.status``). What
*we* do wrong is any other exception; ``web.app`` turns it into a 500 and keeps the traceback in the trace.

    FakeNexmoError
    ├── InvalidValue      a member of a control request or of the configuration   (400, exit 2)
    ├── Unknown           no such app, account, token or message                  (404)
    ├── Conflict          it exists already, or its state does not allow the step (409)
    │   └── WrongStage    credentials that cannot take this step
    ├── StoreUnavailable  the database is gone, locked, full or read-only           (503, exit 1)
    └── AddressInUse      the port is taken                                       (exit 1)
"""

from __future__ import annotations


class FakeNexmoError(Exception):
    """The root. ``code`` is stable for programs; the text says what was asked, what is so, what to do."""

    code = "error"


class InvalidValue(FakeNexmoError):
    """A value that is not allowed: ``field`` names it, the text says what is."""

    code = "invalid_value"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}" if field else problem)
        self.field = field
        self.problem = problem

    def below(self, parent: str) -> InvalidValue:
        """Return the same error with *parent* (``accounts``) before its field (``[0].email``)."""
        joint = "" if self.field.startswith("[") or not self.field else "."
        return InvalidValue(f"{parent}{joint}{self.field}", self.problem)


class Unknown(FakeNexmoError):
    """Nothing has this key."""

    code = "unknown"

    def __init__(self, kind: str, key: str, hint: str = "") -> None:
        super().__init__(f"no {kind} {key!r}{'; ' + hint if hint else ''}")
        self.kind = kind
        self.key = key


class Conflict(FakeNexmoError):
    """The request is sound, but not in this state."""

    code = "conflict"


class WrongStage(Conflict):
    """Credentials that cannot take this step from the stage they are in."""

    code = "wrong_stage"

    def __init__(self, *, step: str, stage: str) -> None:
        super().__init__(f"a token that is {stage} cannot be {step}; ask for a new request token")
        self.step = step
        self.stage = stage


class StoreUnavailable(FakeNexmoError):
    """What is remembered cannot be reached, or written to, now: the text says why, and what to do."""

    code = "store_unavailable"


class AddressInUse(FakeNexmoError):
    """Another program listens there."""

    code = "address_in_use"

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"{host}:{port} is in use by another program; choose another --port, or 0 for a free one"
        )
        self.host = host
        self.port = port


class SocketInUse(AddressInUse):
    """Another program listens at this path."""

    def __init__(self, path: str) -> None:
        FakeNexmoError.__init__(self, f"{path} is in use by another program; choose another --unix-socket")
        self.host, self.port = path, 0
