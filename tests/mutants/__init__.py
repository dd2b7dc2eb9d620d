"""Wrong providers, by which the contract tests are proved: each is wrong in one way, and must be caught.

mutant     what a mutant is, and the seams at which a fake is made wrong
bodies     seams for answers in JSON
of_…       the mutants, a table for each topic
table      all of them
plugin     makes the fakes of one pytest session wrong: ``--nexmo-mutant NAME``
trial      runs the suite against each, in a process of its own forked from one that has collected the tests
outcomes   what the tests said, and whether that counts as caught
display    progress, and the table at the end
page       the list in ``docs/mutants.md``

Nothing of the provider is edited: a mutant wraps or replaces something in its own process alone.
"""
