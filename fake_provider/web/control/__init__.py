"""The control API under ``/_fake/``: what tests and other programs use to arrange and to look.

calls     every call with its fields, as one table: what is read, what is described, what is answered
door      finds the call, reads its members, answers; refuses what comes from elsewhere
render    stored values as JSON
shapes    the JSON schemas of what is answered
openapi   the description of it all
"""

from .door import Control as Control
