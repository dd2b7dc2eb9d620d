"""The contract as data: what a provider, and a client, must do, clause by clause.

Nothing here knows how this provider does it: the contract tests, the judges of clients, recordings and the
documentation all read the same catalogue.
"""

from .clause import Catalogue as Catalogue
from .clause import Certainty as Certainty
from .clause import Clause as Clause
from .clause import Party as Party
from .clause import Section as Section
from .clause import catalogue as catalogue
