"""The HTTP/1.1 door: real sockets, one thread that serves them all, httptools (llhttp) as the parser.

    listener    Server: where it listens, and how it stops
    reactor     the thread that serves: accepts, reads, answers what is quick, sends
    gate        its listener: who comes in, and who does not
    pool        threads for answers that take their time
    connection  one client's: a socket that never blocks, and where it stands
    workers     several processes on one socket, and the one that watches over them; shares: who has how many connections
    sockets     how one listens, and stops to
    access      what there is to say about an answer, for an access log
    dialogue    what is said on a connection, without the connection: from octets to requests, from replies to octets
    door        the same for a connection that needs no listener: of an interception, in memory
    parser      from octets to requests, within limits

A WSGI server in its place would hide what this fake exists to show: the header pairs in their order and case,
the request target as it was sent, and the requests that no HTTP parser accepts.
"""

from .door import Conversation as Conversation
from .door import Door as Door
from .limits import Limits as Limits
from .listener import Server as Server
