"""What is true of the provider whoever runs it: a fake in this process, a server somewhere, the real service.

    pytest contract_tests                                a fake in this process
    pytest contract_tests --nexmo-target URL             a running fake
    pytest contract_tests --nexmo-target live            the real hosts; with --live-plan, what would be asked of them
    pytest contract_tests --nexmo-target replay:DIR      what --record DIR has kept, and no provider at all
    pytest --pyargs contract_tests …                     the same, from an installed distribution

    targets       which provider, and how a request reaches it
    live          the real one: spending is what it may cost, throttling when it is waited for; plan, plan_report: a dry run
    scrubbing     what no output may show; abilities: what a test needs a fake for
    authorizers   how a user comes to authorize an app there; asking: whether one is asked
    control       what only a fake can do
    signing       requests, signed, any part of which can be made wrong on purpose
    consumer      an app that makes its calls, and the legs of its way
    browser       a user in front of the provider's pages
    answers       what comes back, read
    receiver      who gets the webhooks of a provider
    recorder      keeps the exchanges of a run, of each test with a tape; wire: what goes to and fro
    replay        a recording as the provider, shown to each test by a player
    clauses       which clauses of the contract a test is about
    choice        what was asked for on the command line
    verdicts      how each clause fared; clause_table, clause_report: told on the terminal, and as a page
    options       the command line; conftest: fixtures, marks and the summary

The tests know these modules and the wire. Nothing here imports the client, nor the fake but to start it;
``fake_provider.contract`` is data: the clauses that these tests and the judges of clients share.
"""

import pytest

# Here, since nothing else is sure to come before both are imported.
pytest.register_assert_rewrite("contract_tests.answers", "contract_tests.consumer")
