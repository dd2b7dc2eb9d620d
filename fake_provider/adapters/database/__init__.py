"""State in a database, through SQLAlchemy: a SQLite file, or PostgreSQL for several machines.

    tables       what stands where
    documents    values as JSON, and back
    kinds        SQLite and PostgreSQL: URLs, and how each is connected to
    engine       transactions
    trouble      what goes wrong with a database, in words
    schema       which version a database has, and bringing an older one up (migrations/)
    accounts, tokens, messages, webhooks, sessions    the parts of the store
    store        all of them together
    cells, records    the clocks and faults; the exchanges of the trace
    upkeep       counting, forgetting what is old, taking everything out and in

A value is kept whole, as a document; beside it stand, as columns, what it is found by and what has to be unique.
"""
