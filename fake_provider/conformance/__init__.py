"""Judges a client of any language: runs its command through one private fake after another, and says what it does right.

setting     what one run of the command meets: profile, text, faults, the user's decision
process     the command itself: its environment, its input and output, its end
user        the user who decides, types the verifier, and whose browser follows the redirect
scene       a fake, its user and whoever looks on, for one run
run         what was seen of one run
runner      runs the command, once for each setting
hiding      the ways in which a secret may be written
judging     what is to be made of a run: the judges
overall     what is to be made of all runs together: nonces, secrets, what the signature covers
scenarios   the table: name, rule, source, settings, judge
checkup     runs the scenarios side by side
report      the verdicts, as JSON
junit, page the verdicts as JUnit XML, and as one page of HTML
display     the verdicts, and the progress towards them, in a terminal
command     ``fake-nexmo check``
"""

from .checkup import Checkup as Checkup
from .report import Report as Report
from .report import Result as Result
from .scenarios import SCENARIOS as SCENARIOS
from .verdict import Verdict as Verdict
