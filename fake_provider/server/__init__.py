"""The HTTP/1.1 door: a real socket, a thread per connection, httptools (llhttp) as the parser.

    listener    Server: accepts connections, and stops at once
    connection  one client's: reads requests, has them answered, writes the answers
    door        the same for a connection that needs no listener: of an interception, in memory
    parser      from bytes to requests, within limits

A WSGI server in its place would hide what this fake exists to show: the header pairs in their order and case,
the request target as it was sent, and the requests that no HTTP parser accepts.
"""

from .door import Conversation as Conversation
from .door import Door as Door
from .listener import Server as Server
from .parser import Limits as Limits
