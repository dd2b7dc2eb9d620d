"""What somebody may take for the address of a server; tests see that each is refused in one line."""

from __future__ import annotations

NO_ADDRESSES = (
    "http://ann:p4ss@127.0.0.1:9",
    "https://ann:p4ss@[::1]:9",
    "http://ann:p4ss@[bad",
    "http://ann%3Ap4ss%40127.0.0.1:9",
    "http://ann:p4ss\uff20127.0.0.1:9",  # an @, in full width
    "http://ann:p4ss\ufe6b127.0.0.1:9",  # a small one
    "http:ann:p4ss@127.0.0.1:9",
    "ann:p4ss@127.0.0.1:9",
    "http://127.0.0.1:9?api_secret=@p4ss",
    "http://[::1",
    "http://[bad]",
    "http://:9",
    "http://",
    "http://a..b",
    "http://.",
    f"http://{'a' * 64}.example",
    "http://a%0d%0ab:9",
    "http://127.0.0.1:99999",
    "http://127.0.0.1:x",
    "http://127.0.0.1:0",
    "http://127.0.0.1:9?a=b",
    "http://127.0.0.1:9#a",
    "http://127.0.0.1:9\\x",
    "http://127.0.0.1:9 x",
    "http://\x1b[2J127.0.0.1:9",
    "http://127.0.0.1:9\r\nx",
    "http://127.0.0.1\u202e:9",
    "http://127.0.0.1\udcff:9",
    f"http://{'a' * 300}\x07",
)
