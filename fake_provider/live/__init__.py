"""Users' tests on another Nexmo than a fake in this process: the real service, or a fake at a URL.

    elsewhere  the part of the pytest plugin that such a run has
    marks      which tests are fit for it, and what they may send
    sessions   what a test gets in place of a fake, and what the run spends; the way into ``contract_tests``
    guard      stands where a fake would: lets the calls of a test through, or refuses them
    gate       keeps all else from the real hosts, as long as the process lives
    stand_in   what guard and gate have in common: whatever stands where a fake would
    watch      sees what Python looks up and connects to
    words      what whoever sends is told that sends what is not allowed

Which provider that is, who authorizes there, how fast it is asked and what may be spent is known to ``contract_tests``
(``targets``, ``live``, ``authorizers``), whose guards these calls go through as its own tests' do.
"""
