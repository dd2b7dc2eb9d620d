"""Users' tests on another Nexmo than a fake in this process: the real service, or a fake at a URL.

    sessions   what a test gets in place of a fake, and what the run spends; the way into ``contract_tests``
    guard      stands where a fake would: lets the calls of a test through, or refuses them
    words      what a test is told that sends what its mark does not allow
    resolving  nobody else looks the real names up

Which provider that is, who authorizes there, how fast it is asked and what may be spent is known to ``contract_tests``
(``targets``, ``live``, ``authorizers``), whose guards these calls go through as its own tests' do.
"""
