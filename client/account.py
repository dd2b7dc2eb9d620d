"""The API of one user's account, reached with the access that this user gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from . import balance, sms
from .balance import Balance
from .credentials import AccessToken, ClientCredentials
from .patience import Patience
from .session import Session, Signature
from .sms import SentMessage, SmsType


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account. Made by ``NexmoOAuth.account``."""

    client: ClientCredentials
    access_token: AccessToken
    rest_url: str  # without a slash at the end
    session: Session = field(default_factory=Session)
    patience: Patience = field(default_factory=Patience)

    def send_sms(
        self,
        *,
        to: str,
        sender: str,
        text: str,
        type: SmsType | None = None,  # noqa: A002 -- the field's name
        client_ref: str | None = None,
        retry_unknown: bool = False,
    ) -> SentMessage:
        """Send one SMS: POST /sms/json.

        Args:
            to: the recipient's MSISDN, digits without a plus.
            sender: an MSISDN, or up to 11 letters and digits.
            text: any text, sent exactly as it is; a long one becomes several parts, each of which costs.
            type: "text" (GSM 03.38) or "unicode"; None chooses by the text.
            client_ref: a reference of your own, 40 characters at most.
            retry_unknown: send a second time where it is not known what became of the first. Without it,
                an SMS goes out at most once; throttled sends are repeated once in any case, after the wait.

        Returns:
            The message, every part of which was accepted.

        Raises:
            SmsRefused: no part was accepted; status and text say why.
            PartialFailure: which parts went and which did not. Never repeated.
            CredentialsRefused, Throttled (twice, or for too long), RequestRefused: nothing was accepted.
            Unreachable: no usable answer; see its ``outcome_unknown`` before you repeat.
            WrongUse: one of the texts cannot be encoded.
        """
        fields = sms.form_of(to=to, sender=sender, text=text, type=type, client_ref=client_ref)
        return self.patience.call(lambda: self._send(fields), retry_unknown=retry_unknown)

    def get_balance(self) -> Balance:
        """Return the account's balance: GET /account/get-balance.

        Raises:
            CredentialsRefused, Throttled, RequestRefused, Unreachable: see ``errors``.
        """
        return self.patience.call(self._balance)

    def _send(self, fields: Mapping[str, str]) -> SentMessage:
        return sms.read_answer(self.session.post(f"{self.rest_url}/sms/json", self._signature(), fields))

    def _balance(self) -> Balance:
        return balance.read_answer(
            self.session.get(f"{self.rest_url}/account/get-balance", self._signature())
        )

    def _signature(self) -> Signature:
        return Signature(client=self.client, token=self.access_token)
