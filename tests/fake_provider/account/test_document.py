"""One value as JSON and as XML."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fake_provider.account.document import Document, Items, Members

VALUES = [
    pytest.param({"a": "x"}, '{"a":"x"}', "<a>x</a>", id="a-text"),
    pytest.param({"a": 30}, '{"a":30}', "<a>30</a>", id="a-number"),
    pytest.param({"a": True, "b": False}, '{"a":true,"b":false}', "<a>true</a><b>false</b>", id="truth"),
    pytest.param({"a": None, "b": ""}, '{"b":""}', "<b></b>", id="none-is-left-out"),
    pytest.param({"a": Decimal("24.428075")}, '{"a":24.428075}', "<a>24.42807500</a>", id="an-amount"),
    pytest.param({"a": Decimal("10.00")}, '{"a":10.0}', "<a>10.00000000</a>", id="a-whole-amount"),
    pytest.param({"a": Decimal(0)}, '{"a":0.0}', "<a>0.00000000</a>", id="nothing"),
    pytest.param({"a": Decimal("1E+2")}, '{"a":100.0}', "<a>100.00000000</a>", id="no-exponent"),
    pytest.param(
        {"aB": Items(["x", "y"])}, '{"aB":["x","y"]}', "<aB>x</aB><aB>y</aB>", id="a-list-of-its-own-name"
    ),
    pytest.param(
        {"as": Items(["x", "y"], each="a")},
        '{"as":["x","y"]}',
        "<as><a>x</a><a>y</a></as>",
        id="a-list-that-is-wrapped",
    ),
    pytest.param({"as": Items([], each="a")}, '{"as":[]}', "<as></as>", id="an-empty-list"),
    pytest.param({"a": {"b": "x"}}, '{"a":{"b":"x"}}', "<a><b>x</b></a>", id="an-object"),
    pytest.param(
        {"a": Items([{"b": 1}, {"b": 2}], each="c")},
        '{"a":[{"b":1},{"b":2}]}',
        "<a><c><b>1</b></c><c><b>2</b></c></a>",
        id="objects",
    ),
    pytest.param({}, "{}", "", id="empty"),
    pytest.param(
        {"a": '<&>"é\n\x00'}, '{"a":"<&>\\"é\\n\\u0000"}', '<a>&lt;&amp;&gt;"é\n\ufffd</a>', id="escapes"
    ),
]


@pytest.mark.parametrize(("members", "as_json", "as_xml"), VALUES)
def test_both_formats(members: Members, as_json: str, as_xml: str) -> None:
    """Compact, in the same order, with what XML does not allow replaced."""
    document = Document(root="root", members=members)

    assert document.as_json() == as_json
    assert document.as_xml() == f'<?xml version="1.0" encoding="UTF-8"?><root>{as_xml}</root>'


def test_other_names_in_xml() -> None:
    """A member may be called otherwise in XML; what wraps the items of a list is named as it is."""
    members: Members = {"aB": Items([{"cD": "x"}], each="eF")}
    document = Document(root="root", members=members, xml_name=str.lower, standalone=True)

    assert document.as_json() == '{"aB":[{"cD":"x"}]}'
    assert document.as_xml() == (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><root><ab><eF><cd>x</cd></eF></ab></root>'
    )
