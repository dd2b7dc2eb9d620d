"""What every store must do: each step happens once, whoever else tries it at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fake_provider.domain.account import Account, Number, Session
from fake_provider.domain.credentials import (
    ClientCredentials,
    NonceUse,
    Stage,
    TemporaryCredentials,
    TokenCredentials,
)
from fake_provider.domain.message import Inbound, Message, Part, Receipt
from fake_provider.domain.webhook import Attempt, Webhook
from fake_provider.errors import Conflict, Unknown, WrongStage
from fake_provider.ports import AttemptQuery, Charged, Declined, InboxQuery, MessageQuery, Store, Tally

ANN = Account(email="Ann@example.com", password="x", api_key="ann", api_secret="s", balance=Decimal("1.00"))
APP = ClientCredentials(client_key="app", client_secret="s", name="App", owner=ANN.email)


def request_token(name: str = "rt", **changes: Any) -> TemporaryCredentials:
    defaults: dict[str, Any] = {
        "token": name, "secret": "s", "client_key": "app", "created_at": 0.0, "callback": "oob", "callback_given": True
    }  # fmt: skip
    return TemporaryCredentials(**(defaults | changes))


def access_token(name: str = "at") -> TokenCredentials:
    return TokenCredentials(token=name, secret="s", client_key="app", account=ANN.email, created_at=0.0)


def message(text: str = "hi", price: str = "0.10", parts: int = 1, **changes: Any) -> Message:
    defaults: dict[str, Any] = {
        "sender": "A", "to": "447700900000", "text": text, "type": "text", "status": 0, "error_text": None,
        "encoding": "gsm7", "parts": tuple(Part(message_id=f"{n}", text="x") for n in range(parts)),
        "network": "23410", "price": Decimal(price), "received_at": 5.0, "account": ANN.email, "api_key": "ann",
        "client_key": "app",
    }  # fmt: skip
    return Message(**(defaults | changes))


def inbound(name: str, account: str = ANN.email) -> Inbound:
    return Inbound(
        message_id=name, msisdn="447700900001", to="447700900400", type="text", text="hi", account=account, api_key="a",
        received_at=1.0,
    )  # fmt: skip


def webhook(name: str, **changes: Any) -> Webhook:
    defaults: dict[str, Any] = {
        "kind": "receipt", "url": "http://127.0.0.1:1/", "method": "GET", "parameters": (), "message_id": name,
        "account": ANN.email, "api_key": "ann", "client_key": None, "due": 0.0, "first_due": 0.0,
    }  # fmt: skip
    return Webhook(**(defaults | changes))


def attempt_at(done: Webhook) -> Attempt:
    return Attempt(
        webhook=done, parameters=(("status", "delivered"),), at=0.0, outcome="refused", detail="500", http_status=500,
        next_attempt_at=60.0,
    )  # fmt: skip


def _one_euro_more(held: Account) -> Account:
    return replace(held, balance=held.balance + 1)


def at_once(count: int, step: Callable[[int], object]) -> list[object]:
    """Run *step* in *count* threads that start together; return what each returned or raised."""
    results: list[object] = [None] * count
    barrier = threading.Barrier(count)

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = step(number)
        except Exception as error:  # noqa: BLE001  the test looks at it
            results[number] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class StoreContract:
    """What must hold of any store; a subclass gives one that is empty, and one that remembers three messages."""

    @pytest.fixture
    def store(self) -> Store:
        raise NotImplementedError

    @pytest.fixture
    def small(self) -> Store:
        raise NotImplementedError

    def test_messages_are_bounded(self, small: Store) -> None:
        """The oldest messages are dropped."""
        small.add_account(ANN)

        for number in range(5):
            small.accept(message(str(number), parts=0))

        assert [m.text for m in small.messages(MessageQuery())] == ["2", "3", "4"]

    def test_accounts(self, store: Store) -> None:
        """An account is found by e-mail, in any case, and by key; both are unique."""
        store.add_account(ANN)

        assert store.account("ann@EXAMPLE.com") == ANN
        assert store.account_by_key("ann") == ANN
        with pytest.raises(Conflict):
            store.add_account(Account(email="ann@example.com", password="x", api_key="other", api_secret="s"))
        with pytest.raises(Conflict):
            store.add_account(Account(email="bob@example.com", password="x", api_key="ann", api_secret="s"))

    def test_apps(self, store: Store) -> None:
        """A consumer key is unique; an app that is removed takes its tokens along."""
        store.add_app(APP)
        store.add_token(access_token())
        with pytest.raises(Conflict):
            store.add_app(APP)

        store.remove_app("app")

        assert store.app("app") is None
        held = store.token("at")
        assert held is not None
        assert held.stage is Stage.REVOKED
        with pytest.raises(Unknown):
            store.remove_app("app")

    def test_an_app_is_changed_in_one_step(self, store: Store) -> None:
        """Of many changes at the same time none is lost; the key stays what it is."""
        store.add_app(APP)

        at_once(16, lambda _: store.change_app("app", lambda held: replace(held, name=held.name + "!")))
        changed = store.change_app("app", lambda held: replace(held, client_key="other"))

        assert store.app("app") == changed == replace(APP, name=APP.name + "!" * 16)
        assert store.app("other") is None
        with pytest.raises(Unknown):
            store.change_app("nobody", lambda held: held)

    def test_failures_are_counted_for_each(self, store: Store) -> None:
        """Every attempt has a number of its own, however many come at once; one that succeeds begins anew."""
        counts = at_once(16, lambda _: store.count_failure("ann"))

        assert sorted(counts) == list(range(1, 17))  # type: ignore[type-var]
        assert store.count_failure("bob") == 1
        store.forget_failures("ann")
        store.forget_failures("nobody")
        assert store.count_failure("ann") == 1

    def test_the_inbox(self, store: Store) -> None:
        """What was sent, refused and received, in one order: the newest first, each with its number."""
        store.add_account(ANN)
        charged = store.accept(message("one"))
        store.keep_inbound(inbound("1"))
        refused = store.keep_refused(message("two", status=4, account=None, client_key=None))

        found = store.inbox(InboxQuery(), limit=10)

        assert isinstance(charged, Charged)
        assert [type(one.message) for one in found] == [Message, Inbound, Message]
        assert [one.number for one in found] == sorted((one.number for one in found), reverse=True)
        assert (found[0].number, found[2].number) == (refused, charged.number)
        assert [store.kept(one.number) for one in found] == [one.message for one in found]
        assert store.kept(refused + 1) is None
        assert store.tally() == Tally(messages=2, inbound=1)

    @pytest.mark.parametrize(
        ("query", "wanted"),
        [
            (InboxQuery(search="HELLO"), ["hello ann", "hello bob"]),
            (InboxQuery(search="900001"), ["hi"]),
            (InboxQuery(handset="447700900001"), ["hi"]),
            (InboxQuery(account=ANN.email), ["hi", "hello ann"]),
            (InboxQuery(client_key="bobs"), ["hello bob"]),
            (InboxQuery(kind="accepted"), ["hello ann"]),
            (InboxQuery(kind="refused"), ["hello bob"]),
            (InboxQuery(kind="inbound"), ["hi"]),
            (InboxQuery(search="hello", kind="inbound"), []),
        ],
        ids=str,
    )
    def test_the_inbox_narrowed(self, query: InboxQuery, wanted: list[str], store: Store) -> None:
        """Each member narrows, and together they narrow further."""
        store.add_account(ANN)
        store.keep_refused(message("hello bob", status=4, account="bob", client_key="bobs"))
        store.accept(message("hello ann"))
        store.keep_inbound(inbound("1"))

        assert [one.message.text for one in store.inbox(query, limit=10)] == wanted

    def test_the_inbox_page_by_page(self, store: Store) -> None:
        """From page to page nothing is missed and nothing is seen twice, whatever comes in between."""
        for number in range(7):
            store.keep_refused(message(f"{number}", status=4))

        first = store.inbox(InboxQuery(), limit=3)
        store.keep_refused(message("new", status=4))
        second = store.inbox(InboxQuery(before=first[-1].number), limit=3)
        third = store.inbox(InboxQuery(before=second[-1].number), limit=3)

        assert [one.message.text for one in (*first, *second, *third)] == list("6543210")

    def test_numbers_count_on(self, store: Store) -> None:
        """What was forgotten does not come back under another's number."""
        before = store.keep_refused(message("old", status=4))
        store.clear_messages()
        after = store.keep_refused(message("new", status=4))

        assert after > before
        assert store.kept(before) is None
        assert store.tally() == Tally(messages=1, inbound=0)

    def test_a_token_is_exchanged_once(self, store: Store) -> None:
        """Of many exchanges of one request token at the same time exactly one succeeds."""
        store.add_token(request_token())
        store.approve("rt", account=ANN.email, verifier="v", now=1.0)

        results = at_once(16, lambda n: store.exchange("rt", access_token(f"at{n}"), now=1.0))

        assert sum(isinstance(result, TemporaryCredentials) for result in results) == 1
        assert sum(isinstance(result, WrongStage) for result in results) == 15
        assert sum(isinstance(token, TokenCredentials) for token in store.tokens()) == 1

    def test_a_token_is_decided_once(self, store: Store) -> None:
        """Of approvals and denials at the same time exactly one counts."""
        store.add_token(request_token())

        def decide(number: int) -> object:
            if number % 2:
                return store.deny("rt", account=ANN.email, now=1.0)
            return store.approve("rt", account=ANN.email, verifier="v", now=1.0)

        results = at_once(16, decide)

        assert sum(isinstance(result, TemporaryCredentials) for result in results) == 1

    def test_an_old_token_is_not_decided(self, store: Store) -> None:
        """A request token that is older than an hour cannot be approved or exchanged."""
        store.add_token(request_token())
        with pytest.raises(WrongStage):
            store.approve("rt", account=ANN.email, verifier="v", now=3601.0)

    def test_unknown_tokens(self, store: Store) -> None:
        """Steps with a token that was never issued say so."""
        with pytest.raises(Unknown):
            store.approve("nothing", account=ANN.email, verifier=None, now=0.0)
        with pytest.raises(Unknown):
            store.revoke("nothing")

    def test_approval_is_remembered(self, store: Store) -> None:
        """An app counts as approved from the approval until its access token is revoked."""
        store.add_token(request_token())
        assert not store.has_approved(ANN.email, "app")
        store.approve("rt", account=ANN.email, verifier="v", now=1.0)
        assert store.has_approved(ANN.email, "app")
        store.exchange("rt", access_token(), now=1.0)
        assert store.has_approved(ANN.email, "app")
        assert not store.has_approved("bob@example.com", "app")

        store.revoke("at")

        assert not store.has_approved(ANN.email, "app")

    def test_a_nonce_is_used_once(self, store: Store) -> None:
        """Of many uses at the same time exactly one is the first."""
        uses = [NonceUse(client_key="a", token="t", timestamp=100, nonce="n", url=str(n)) for n in range(16)]

        results = at_once(16, lambda n: store.use_nonce(uses[n], now=100.0))

        assert results.count(None) == 1

    @pytest.mark.parametrize(
        "change", [{"client_key": "b"}, {"token": "u"}, {"timestamp": 101}, {"nonce": "m"}]
    )
    def test_a_nonce_belongs_to_its_client_token_and_time(self, store: Store, change: dict[str, Any]) -> None:
        """The same nonce with another client, token or timestamp is another one."""
        first: dict[str, Any] = {"client_key": "a", "token": "t", "timestamp": 100, "nonce": "n", "url": ""}
        store.use_nonce(NonceUse(**first), now=100.0)

        assert store.nonce_used(NonceUse(**first)) is not None
        assert store.use_nonce(NonceUse(**(first | change)), now=100.0) is None

    @pytest.mark.parametrize(("where", "is_same"), [("https://a/", True), ("https://b/", False)])
    def test_the_earlier_use_tells_whether_it_was_for_the_same_url(
        self, store: Store, where: str, is_same: bool
    ) -> None:
        """Of the earlier use of a nonce so much is known as tells a retry from a redirect."""
        first = NonceUse(client_key="a", token="t", timestamp=100, nonce="n", url="https://a/")
        store.use_nonce(first, now=100.0)
        again = replace(first, url=where)

        earlier = store.nonce_used(again)

        assert earlier == store.use_nonce(again, now=100.0)
        assert earlier is not None
        assert (earlier.url == where) is is_same

    def test_a_clock_that_is_set_back_opens_no_replay(self, store: Store) -> None:
        """What was too old to be replayed for a while is remembered when its time comes again."""
        first = NonceUse(client_key="a", token="t", timestamp=1_000, nonce="n", url="")
        store.use_nonce(first, now=1_000.0)
        store.use_nonce(replace(first, timestamp=10_000), now=10_000.0)

        assert store.use_nonce(first, now=1_000.0) == first

    def test_the_last_cent_is_spent_once(self, store: Store) -> None:
        """Of many messages at the same time only those that the balance covers are accepted."""
        store.add_account(ANN)

        results = at_once(16, lambda n: store.accept(message(str(n), price="0.30")))

        assert sum(isinstance(result, Charged) for result in results) == 3
        assert sum(isinstance(result, Declined) for result in results) == 13
        held = store.account(ANN.email)
        assert held is not None
        assert held.balance == Decimal("0.10")
        assert len(store.messages(MessageQuery())) == 3

    def test_all_parts_or_none(self, store: Store) -> None:
        """A message whose parts cost more than there is costs nothing."""
        store.add_account(ANN)

        assert store.accept(message(price="0.40", parts=3)) == Declined(balance=Decimal("1.00"))
        charged = store.accept(message(price="0.50", parts=2))

        assert isinstance(charged, Charged)
        assert charged.balance_before == Decimal("1.00")

    def test_messages_of_nobody(self, store: Store) -> None:
        """A message of an account that is gone is declined."""
        assert isinstance(store.accept(message()), Declined)

    def test_an_account_is_changed_in_one_step(self, store: Store) -> None:
        """Of many changes at the same time none is lost; e-mail and api_key stay."""
        store.add_account(replace(ANN, balance=Decimal(0)))

        at_once(16, lambda _: store.change_account("ANN@example.com", _one_euro_more))
        store.change_account(ANN.email, lambda held: replace(held, email="x@y", api_key="other"))

        held = store.account(ANN.email)
        assert held is not None
        assert (held.balance, held.email, held.api_key) == (Decimal(16), ANN.email, "ann")
        with pytest.raises(Unknown):
            store.change_account("nobody@example.com", _one_euro_more)

    def test_an_account_is_found_by_its_number(self, store: Store) -> None:
        """A virtual number belongs to one account."""
        store.add_account(ANN.with_number(Number(msisdn="447700900400")))

        found = store.account_with_number("447700900400")

        assert found is not None
        assert found.email == ANN.email
        assert store.account_with_number("447700900401") is None

    def test_a_number_is_rented_once(self, store: Store) -> None:
        """Of many accounts at the same time one gets it and pays, the others do neither; nor does one that is too poor."""
        accounts = [replace(ANN, email=f"{n}@example.com", api_key=f"{n}") for n in range(16)]
        for account in accounts:
            store.add_account(account)
        number = Number(msisdn="447700900400")

        results = at_once(16, lambda n: store.rent(f"{n}@EXAMPLE.com", number, price=Decimal("0.60")))

        (tenant,) = [result for result in results if isinstance(result, Account)]
        assert sum(isinstance(result, Conflict) for result in results) == 15
        assert store.account_with_number("447700900400") == tenant
        assert tenant.balance == Decimal("0.40")
        assert sum(account.balance for account in store.accounts()) == Decimal("15.40")
        another = Number(msisdn="447700900401")
        assert store.rent(tenant.email, another, price=Decimal("0.60")) == Declined(balance=Decimal("0.40"))
        assert store.account_with_number("447700900401") is None
        with pytest.raises(Unknown):
            store.rent("nobody@example.com", another, price=Decimal(0))

    def test_a_number_belongs_to_one_account(self, store: Store) -> None:
        """Another that names it is refused, and one that names it twice."""
        number = Number(msisdn="447700900400")
        store.add_account(ANN.with_number(number))
        for rented in ((number,), (Number(msisdn="447700900401"),) * 2):
            with pytest.raises(Conflict, match="belongs to an account"):
                store.add_account(replace(ANN, email="bob@example.com", api_key="bob", rented=rented))

        assert len(store.accounts()) == 1

    def test_requests_are_counted_in_a_second(self, store: Store) -> None:
        """Of many at the same time so many pass; each key has its own count, and a new second begins anew."""
        results = at_once(16, lambda _: store.count_request("ann", 100.0, at_most=5))

        assert results.count(None) == 5
        assert store.count_request("ann", 100.25, at_most=5) == 0.75
        assert store.count_request("bob", 100.0, at_most=5) is None
        assert store.count_request("ann", 101.0, at_most=5) is None

    def test_a_message_is_found_by_each_of_its_parts(self, store: Store) -> None:
        """And what is reported of one is kept with it."""
        store.add_account(ANN)
        store.accept(message("first", parts=2))
        receipt = Receipt(message_id="1", status="failed", err_code="6", at=9.0)

        reported = store.report(receipt)

        assert reported.reported == (receipt,)
        assert store.message("0") == store.message("1") == reported
        assert store.messages(MessageQuery()) == (reported,)
        assert store.message("9") is None
        with pytest.raises(Unknown):
            store.report(replace(receipt, message_id="9"))

    def test_reports_at_once(self, store: Store) -> None:
        """None is lost."""
        store.add_account(ANN)
        store.accept(message())

        at_once(16, lambda n: store.report(Receipt(message_id="0", status="failed", err_code=f"{n}", at=9.0)))

        held = store.message("0")
        assert held is not None
        assert {receipt.err_code for receipt in held.reported} == set(map(str, range(16)))

    def test_inbound(self, store: Store) -> None:
        """What came in is kept for its account, until messages are forgotten."""
        mine, others = inbound("1"), inbound("2", account="bob@example.com")
        store.keep_inbound(mine)
        store.keep_inbound(others)
        assert store.inbound(ANN.email) == (mine,)

        store.clear_messages()

        assert store.inbound(ANN.email) == ()

    def test_opting_out(self, store: Store) -> None:
        """Of one account, until opting in again."""
        store.opt(ANN.email, "447700900001", out=True)

        assert store.opted_out("ann@EXAMPLE.com", "447700900001")
        assert not store.opted_out("bob@example.com", "447700900001")
        store.opt(ANN.email, "447700900001", out=False)
        assert not store.opted_out(ANN.email, "447700900001")

    def test_webhooks_wait_in_their_order(self, store: Store) -> None:
        """The first of each consumer and account is next; of two that are due at once, the first to come."""
        later, first, second = (
            webhook("later", due=9.0),
            webhook("first", due=5.0),
            webhook("second", due=5.0),
        )
        other = webhook("other", due=7.0, client_key="app")
        store.add_webhooks([later, first, second, other])
        taken = []
        while heads := [head for head in store.next_webhooks() if head.webhook.client_key is None]:
            assert other in [head.webhook for head in store.next_webhooks()]
            assert store.take_webhook(heads[0].number, lane=None)
            taken.append(heads[0].webhook.message_id)
            store.finish_webhook(heads[0].number, None, None)

        assert taken == ["first", "second", "later"]
        assert [head.webhook for head in store.next_webhooks()] == [other]

    def test_a_webhook_is_taken_once(self, store: Store) -> None:
        """Of many at the same time one gets it, and its queue is nobody else's until that one is done."""
        store.add_webhooks([webhook("only"), webhook("behind")])
        (head,) = store.next_webhooks()

        assert at_once(16, lambda _: store.take_webhook(head.number, lane=None)).count(True) == 1
        assert not store.next_webhooks()
        assert list(store.under_way()) == [None]

        store.finish_webhook(head.number, None, None)

        assert [one.webhook.message_id for one in store.next_webhooks()] == ["behind"]
        assert not store.under_way()

    def test_two_of_one_queue_are_never_pushed_at_once(self, store: Store) -> None:
        """Not even by somebody who saw the second at the head before the first was taken."""
        store.add_webhooks([webhook("late", due=9.0)])
        (late,) = store.next_webhooks()
        store.add_webhooks([webhook("early", due=1.0)])
        (early,) = store.next_webhooks()
        assert store.take_webhook(early.number, lane=None)

        assert not store.take_webhook(late.number, lane=None)

    def test_what_is_held_waits_until_it_is_released(self, store: Store) -> None:
        """Nobody is given it before, and it counts as under way."""
        numbers = store.add_webhooks([webhook("held", client_key="app")], held=True)
        assert (list(store.next_webhooks()), list(store.under_way())) == ([], ["app"])

        store.release_webhooks(numbers)

        assert [one.webhook.message_id for one in store.next_webhooks()] == ["held"]
        assert not store.under_way()

    def test_a_claimed_lane_is_one_movers_own(self, store: Store) -> None:
        """Of many one gets the claim; until it is given up nobody else takes what is due in that lane."""
        store.add_webhooks([webhook("a"), webhook("b", client_key="app")])
        common, own = sorted(store.next_webhooks(), key=lambda head: head.number)
        (claim,) = [one for one in at_once(16, lambda _: store.claim_lane(None)) if one is not None]
        assert isinstance(claim, int)
        assert list(store.claimed_lanes()) == [None]

        assert not store.take_webhook(common.number, lane=None)
        assert store.take_webhook(own.number, lane="app")
        assert store.take_webhook(common.number, lane=None, claim=claim)
        store.leave_lane(claim)
        assert store.claim_lane(None) is not None

    def test_what_was_forgotten_is_not_finished(self, store: Store) -> None:
        """A push that began before everything was cleared leaves nothing behind, whatever waits by then."""
        store.add_webhooks([webhook("old")])
        (old,) = store.next_webhooks()
        assert store.take_webhook(old.number, lane=None)
        held = store.add_webhooks([webhook("older")], held=True)
        store.clear(lambda empty: None)
        store.add_webhooks([webhook("new")])
        (new,) = store.next_webhooks()
        assert store.take_webhook(new.number, lane=None)

        store.finish_webhook(old.number, attempt_at(old.webhook), old.webhook)
        store.release_webhooks(held)

        assert store.attempts(AttemptQuery()) == ()
        assert not store.next_webhooks()
        assert list(store.under_way()) == [None]

    def test_attempts(self, store: Store) -> None:
        """They are kept with what comes next, which waits in its place."""
        done = webhook("a")
        store.add_webhooks([done])
        (head,) = store.next_webhooks()
        store.take_webhook(head.number, lane=None)
        again = replace(done, due=60.0, attempt=2)
        attempt = attempt_at(done)
        store.finish_webhook(head.number, attempt, again)

        assert store.attempts(AttemptQuery()) == (attempt,)
        assert store.attempts(AttemptQuery(message_id="b"), wait_seconds=0.01) == ()
        assert [one.webhook for one in store.next_webhooks()] == [again]

    def test_access_is_revoked_by_app_and_account(self, store: Store) -> None:
        """All but one token, or all."""
        for name in ("at", "bt"):
            store.add_token(access_token(name))
        store.revoke_access("app", account="bob@example.com")
        store.revoke_access("app", account=ANN.email, but="bt")
        assert [token.stage for token in store.tokens()] == [Stage.REVOKED, Stage.ISSUED]

        store.revoke_access("app")

        assert {token.stage for token in store.tokens()} == {Stage.REVOKED}

    def test_clear(self, store: Store) -> None:
        """Clearing forgets everything and seeds anew; who is signed in to an account that is there again stays so."""
        store.add_account(ANN)
        store.add_app(APP)
        store.add_token(access_token())
        store.accept(message())
        for name, account in (("ann", ANN.email.upper()), ("bob", "bob@example.com")):
            store.save_session(Session(id=name, csrf_token="c", account=account, created_at=0.0))

        store.clear(lambda empty: empty.add_account(ANN))

        assert store.accounts() == (ANN,)
        assert (store.apps(), store.tokens(), store.messages(MessageQuery())) == ((), (), ())
        assert store.session("ann") is not None
        assert store.session("bob") is None

    def test_a_session_replaces_another(self, store: Store) -> None:
        """The session before sign-in ends with it."""
        store.save_session(Session(id="a", csrf_token="c", account=None, created_at=0.0))

        store.save_session(Session(id="b", csrf_token="d", account=ANN.email, created_at=0.0), replaces="a")

        assert store.session("a") is None
        assert store.session("b") is not None
