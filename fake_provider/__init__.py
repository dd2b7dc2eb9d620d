"""A fake Nexmo: OAuth 1.0a provider and SMS API, in process or over HTTP."""

from .errors import AddressInUse as AddressInUse
from .errors import Conflict as Conflict
from .errors import FakeNexmoError as FakeNexmoError
from .errors import InvalidValue as InvalidValue
from .errors import Unknown as Unknown
from .errors import WrongStage as WrongStage
from .fake import FakeNexmo as FakeNexmo
from .version import __version__ as __version__
