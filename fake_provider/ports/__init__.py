"""What the inside asks of the outside: small Protocols, each method one whole step that can be atomic.

Asking and then doing in two calls is a race in every store but one, so there is no "has" before an "add".
"""

from .outside import Clock as Clock
from .outside import Delivery as Delivery
from .outside import Entropy as Entropy
from .outside import Outbox as Outbox
from .outside import Pause as Pause
from .ports import Ports as Ports
from .queries import AttemptQuery as AttemptQuery
from .queries import Charged as Charged
from .queries import Declined as Declined
from .queries import InboxQuery as InboxQuery
from .queries import Kept as Kept
from .queries import MessageQuery as MessageQuery
from .queries import Queued as Queued
from .queries import Tally as Tally
from .store import Cell as Cell
from .store import Store as Store
