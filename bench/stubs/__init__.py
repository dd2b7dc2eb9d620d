"""Programs that are measured as servers, each a process of its own: limits, peers and candidates that need some code.

Those of them that the packages in ``.bench/`` run are started by their path, and import nothing of the project.
"""

BODY = (
    '{"message-count": "1", "messages": [{"to": "447700900000", "status": "0", "message-id": "0C000000D3A5F1E2", '
    '"remaining-balance": "9.96670000", "message-price": "0.03330000", "network": "23410"}]}'
)
"""What every static rule answers: what the fake says about one SMS that was accepted."""
