"""Sends a recording's requests to a fake, and says where its answers differ from the recorded ones, by clause.

fake        where the requests go: a fake in this process, or one at a URL
doors       what of an answer says by which door it came
play        one recorded test, sent again in its order
tree        bodies as trees: JSON, XML and forms alike
comparing   two answers, aspect by aspect
looks       at which aspects of which answers the clauses of a section look
about       of which part of an answer the sentence of a clause is
findings    the same difference once, whatever the test and the call
report      the differences by clause, as JSON
page        the same as one page of HTML
display     the same, and the progress towards it, in a terminal
command     ``fake-nexmo drift``
"""

from .comparing import Aspect as Aspect
from .comparing import Difference as Difference
from .report import Report as Report
from .report import compared as compared
