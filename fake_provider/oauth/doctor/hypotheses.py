"""Every mistake about a base string, as one table: the most likely of each step first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from . import encoding, parameters, uri
from .case import Case
from .recipe import Recipe


class Step(Enum):
    """Which step of the recipe a mistake is about. Two mistakes about one of the last two cannot both be made."""

    PARAMETERS = "parameters"
    ENCODING = "encoding"
    METHOD = "method"
    ORDER = "order"
    URI = "uri"


_EXCLUSIVE = frozenset({Step.METHOD, Step.ORDER})


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One mistake, and the recipes that it makes of a right one."""

    code: str
    step: Step
    distort: Callable[[Recipe, Case], Iterator[Recipe]]
    alone: bool = False  # it is not tried beside another: it has many forms, and two are seldom made at once

    def goes_with(self, other: Hypothesis) -> bool:
        """Whether both can be made in one base string."""
        if self.alone or other.alone:
            return False
        return self.code != other.code and not (self.step is other.step and self.step in _EXCLUSIVE)


HYPOTHESES: Sequence[Hypothesis] = (
    Hypothesis("body-not-signed", Step.PARAMETERS, parameters.body_not_signed),
    Hypothesis("query-not-signed", Step.PARAMETERS, parameters.query_not_signed),
    Hypothesis("body-signed-though-not-form", Step.PARAMETERS, parameters.body_signed_though_not_form),
    Hypothesis("callback-not-signed", Step.PARAMETERS, parameters.callback_not_signed),
    Hypothesis("verifier-not-signed", Step.PARAMETERS, parameters.verifier_not_signed),
    Hypothesis("version-not-signed", Step.PARAMETERS, parameters.version_not_signed),
    Hypothesis("empty-token", Step.PARAMETERS, parameters.empty_token),
    Hypothesis("empty-callback-or-verifier", Step.PARAMETERS, parameters.empty_callback_or_verifier),
    Hypothesis("empty-value-dropped", Step.PARAMETERS, parameters.empty_value_dropped),
    Hypothesis("duplicates-dropped", Step.PARAMETERS, parameters.duplicates_dropped),
    Hypothesis("realm-signed", Step.PARAMETERS, parameters.realm_signed),
    Hypothesis("signature-signed", Step.PARAMETERS, parameters.signature_signed),
    Hypothesis("space-as-plus", Step.ENCODING, encoding.space_as_plus),
    Hypothesis("reserved-not-encoded", Step.ENCODING, encoding.reserved_not_encoded),
    Hypothesis("tilde-encoded", Step.ENCODING, encoding.tilde_encoded),
    Hypothesis("encoded-once", Step.ENCODING, encoding.encoded_once),
    Hypothesis("encoded-twice", Step.ENCODING, encoding.encoded_twice),
    Hypothesis("lowercase-hex", Step.ENCODING, encoding.lowercase_hex),
    Hypothesis("charset-differs", Step.ENCODING, encoding.charset_differs),
    Hypothesis("method-differs", Step.METHOD, uri.method_differs),
    Hypothesis("method-lowercase", Step.METHOD, uri.method_lowercase),
    Hypothesis("query-in-uri", Step.URI, uri.query_in_uri),
    Hypothesis("trailing-slash-differs", Step.URI, uri.trailing_slash_differs),
    Hypothesis("scheme-differs", Step.URI, uri.scheme_differs),
    Hypothesis("port-missing", Step.URI, uri.port_missing),
    Hypothesis("default-port-included", Step.URI, uri.default_port_included),
    Hypothesis("host-differs", Step.URI, uri.host_differs),
    Hypothesis("host-not-lowercase", Step.URI, uri.host_not_lowercase),
    Hypothesis("path-lowercased", Step.URI, uri.path_lowercased),
    Hypothesis("path-encoding-differs", Step.URI, uri.path_encoding_differs),
    Hypothesis("double-slash-differs", Step.URI, uri.double_slash_differs),
    Hypothesis("fragment-in-uri", Step.URI, uri.fragment_in_uri),
    Hypothesis("path-differs", Step.URI, uri.path_differs, alone=True),
    Hypothesis("parameters-not-sorted", Step.ORDER, parameters.parameters_not_sorted),
    Hypothesis("parameters-not-joined", Step.ORDER, parameters.parameters_not_joined),
    Hypothesis("parameter-not-signed", Step.PARAMETERS, parameters.parameter_not_signed, alone=True),
    Hypothesis("value-altered", Step.PARAMETERS, parameters.value_altered, alone=True),
    Hypothesis("timestamp-made-anew", Step.PARAMETERS, parameters.timestamp_made_anew, alone=True),
)
