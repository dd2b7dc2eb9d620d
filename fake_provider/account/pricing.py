"""How the pricing endpoints show what a destination costs: in the shape of 2013, or in that of 2018."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .document import Document, Items, Members, amount

_MCC_DIGITS = 3
_CURRENCY = "EUR"
# In XML the name of a network is that, and no other member of the two shapes is called so.
_XML_NAMES: Mapping[str, str] = {"network": "name"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What one country costs, on the one network that stands for it."""

    country: str  # ISO 3166-1 alpha-2
    name: str
    prefix: str
    network: str  # MCCMNC
    network_name: str
    price: Decimal  # EUR


def of_country(tariff: Tariff, shape: str) -> Document:
    """Return the answer of ``/account/get-pricing/outbound``."""
    return _document("outbound-country-pricing", _SHAPES[shape](tariff))


def of_prefix(tariffs: Sequence[Tariff], shape: str) -> Document:
    """Return the answer of ``/account/get-prefix-pricing/outbound``.

    A list of the shape of 2013 was seen as ``prices``, an empty one as ``countries``. The XML is made like that of
    one country.
    """
    each = "prices" if tariffs and shape == "2013" else "countries"
    return _list_of("outbound-prefix-pricing", each, tariffs, shape)


def of_all(tariffs: Sequence[Tariff], shape: str) -> Document:
    """Return the answer of ``/account/get-full-pricing/outbound``; the XML is made like that of one country."""
    return _list_of("outbound-full-pricing", "countries", tariffs, shape)


def of_phone(phone: str, tariff: Tariff) -> Document:
    """Return the answer of ``/account/get-phone-pricing/outbound``.

    The names are those that a PHP library of the time asks for, the XML is made like that of a country.
    """
    members = {
        "country-code": tariff.country or None,
        "network-code": tariff.network,
        "phone": phone,
        "price": amount(tariff.price),
    }
    return _document("outbound-phone-pricing", members)


def _list_of(root: str, name: str, tariffs: Sequence[Tariff], shape: str) -> Document:
    countries = Items([_SHAPES[shape](tariff) for tariff in tariffs], each="country")
    return _document(root, {"count": len(tariffs), name: countries})


def _document(root: str, members: Members) -> Document:
    return Document(root=root, members=members, xml_name=lambda name: _XML_NAMES.get(name, name))


def _of_2013(tariff: Tariff) -> Members:
    network: Members = {
        "code": tariff.network,
        "network": tariff.network_name,
        "mtPrice": amount(tariff.price),
    }
    return {
        "country": tariff.country,
        "name": tariff.name,
        "prefix": tariff.prefix,
        "mt": amount(tariff.price),
        "networks": Items([network], each="network"),
        "countryDisplayName": tariff.name,
    }


def _of_2018(tariff: Tariff) -> Members:
    network: Members = {
        "type": "mobile",
        "price": amount(tariff.price),
        "currency": _CURRENCY,
        "mcc": tariff.network[:_MCC_DIGITS],
        "mnc": tariff.network[_MCC_DIGITS:],
        "networkCode": tariff.network,
        "networkName": tariff.network_name,
    }
    return {
        "dialingPrefix": tariff.prefix,
        "defaultPrice": amount(tariff.price),
        "currency": _CURRENCY,
        "countryDisplayName": tariff.name,
        "countryCode": tariff.country,
        "countryName": tariff.name,
        "networks": Items([network], each="network"),
    }


_SHAPES: Mapping[str, Callable[[Tariff], Members]] = {"2013": _of_2013, "2018": _of_2018}
