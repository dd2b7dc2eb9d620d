"""A client for Nexmo's OAuth 1.0a API: the three legs, then SMS and balance as typed calls.

NexmoOAuth → request_token → authorization_url → access_token → account → send_sms, get_balance

nexmo         the face: one app's credentials and the legs of its way
account       the face of one user's account
flow          the three legs, as they stand on the wire
sms, parts    a message and its parts, and what an answer means
balance       what sent and what an answer means
session       the one place that sends HTTP
errors        what may go wrong, as one tree
cli           the command ``nexmo-oauth``; parser, settings, tokens, login and loopback serve it
"""

from .account import Account as Account
from .balance import Balance as Balance
from .credentials import AccessToken as AccessToken
from .credentials import ClientCredentials as ClientCredentials
from .credentials import RequestToken as RequestToken
from .errors import AuthorizationDenied as AuthorizationDenied
from .errors import CallbackNotConfirmed as CallbackNotConfirmed
from .errors import CredentialsRefused as CredentialsRefused
from .errors import MalformedAnswer as MalformedAnswer
from .errors import NetworkError as NetworkError
from .errors import NexmoError as NexmoError
from .errors import NotLoggedIn as NotLoggedIn
from .errors import PartialFailure as PartialFailure
from .errors import Refused as Refused
from .errors import RequestRefused as RequestRefused
from .errors import ServerError as ServerError
from .errors import SmsRefused as SmsRefused
from .errors import Throttled as Throttled
from .errors import TimedOut as TimedOut
from .errors import TokenFileError as TokenFileError
from .errors import UnexpectedRedirect as UnexpectedRedirect
from .errors import Unreachable as Unreachable
from .errors import WrongCallback as WrongCallback
from .errors import WrongSettings as WrongSettings
from .errors import WrongUse as WrongUse
from .nexmo import NexmoOAuth as NexmoOAuth
from .parts import RefusedPart as RefusedPart
from .parts import SentPart as SentPart
from .session import Timeout as Timeout
from .sms import SentMessage as SentMessage
