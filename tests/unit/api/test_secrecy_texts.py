"""What is no JSON holds no masks to put values back for."""

from __future__ import annotations

import pytest

from tradewind.api.secrecy import unhide


@pytest.mark.parametrize("text", ["", "{", "no JSON"])
def test_a_text_that_is_no_json_stays_as_it_is(text: str) -> None:
    assert unhide(text, '{"password": "sesame"}') == text


def test_a_mask_is_replaced_by_what_stood_there() -> None:
    assert unhide('{"password":"***"}', '{"password": "sesame"}') == '{"password":"sesame"}'
