"""What the application remembers: logins that have begun, users, their messages. In memory: yours is a database.

Tokens are kept here and not in the session, which is signed but can be read by whoever has the cookie.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .nexmo import Credentials


@dataclass(frozen=True, kw_only=True)
class Message:
    """An SMS of a user, and what is known of it."""

    number: int
    user: str
    to: str
    text: str
    receipt_key: str = field(repr=False)  # who knows it may bring receipts
    state: str = "sending"
    problem: str = ""
    receipts: Mapping[str, str] = field(default_factory=dict)  # by the id of the part; "" until one comes


class Store:
    """Everything, behind one lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun: dict[str, Credentials] = {}
        self._users: dict[str, Credentials] = {}
        self._messages: list[Message] = []

    def begin(self, login: Credentials) -> None:
        """Keep a login until its user is back."""
        with self._lock:
            self._begun[login.token] = login

    def take(self, request_token: str) -> Credentials | None:
        """Return a login that has begun, once."""
        with self._lock:
            return self._begun.pop(request_token, None)

    def add_user(self, credentials: Credentials) -> str:
        """Keep a user's token; returns by what the session knows it."""
        with self._lock:
            user = secrets.token_urlsafe()
            self._users[user] = credentials
            return user

    def user(self, user: str | None) -> Credentials | None:
        """Return the token of somebody who is logged in."""
        with self._lock:
            return self._users.get(user or "")

    def forget(self, user: str) -> None:
        """Keep a token no longer."""
        with self._lock:
            self._users.pop(user, None)

    def add_message(self, user: str, *, to: str, text: str) -> Message:
        """Keep a message that is about to be sent: its receipt may be faster than the answer."""
        with self._lock:
            number = len(self._messages)
            message = Message(number=number, user=user, to=to, text=text, receipt_key=secrets.token_urlsafe())
            self._messages.append(message)
            return message

    def sent(self, message: Message, ids: list[str]) -> None:
        """Note under which ids its parts were sent."""
        with self._lock:
            known = self._messages[message.number].receipts
            receipts = dict.fromkeys(ids, "") | dict(known)
            self._messages[message.number] = replace(message, state="sent", receipts=receipts)

    def failed(self, message: Message, state: str, problem: str) -> None:
        """Note that it was not sent, or that nobody knows."""
        with self._lock:
            known = self._messages[message.number]
            self._messages[message.number] = replace(known, state=state, problem=problem)

    def receive(self, key: str, *, message_id: str, to: str, status: str) -> bool:
        """Note a receipt; False if it is of no message that was sent."""
        with self._lock:
            for message in self._messages:
                if secrets.compare_digest(message.receipt_key.encode(), key.encode()):
                    is_its_own = message.state != "sent" or message_id in message.receipts
                    if not (message_id and is_its_own and to == message.to):
                        return False
                    receipts = {**message.receipts, message_id: status}
                    self._messages[message.number] = replace(message, receipts=receipts)
                    return True
        return False

    def messages(self, user: str) -> list[Message]:
        """Return the messages of a user, the newest first."""
        with self._lock:
            return [message for message in reversed(self._messages) if message.user == user]
