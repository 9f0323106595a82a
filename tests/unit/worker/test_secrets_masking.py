"""What is masked, in which spellings, and what is left alone."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import timeit
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.worker.secrets_masking import MASK, Masker, is_sensitive

SECRETS = st.text(st.characters(codec="utf-8", exclude_characters="*"), min_size=12, max_size=60).filter(
    lambda text: len(text.strip()) >= 12 and len(text.splitlines()) == 1
)


def masker(*values: object) -> Masker:
    one = Masker()
    for value in values:
        one.add(value)
    return one


def test_a_secret_is_masked_wherever_it_stands():
    assert masker("s3cret-value").redact("a s3cret-value, as3cret-valueb") == f"a {MASK}, a{MASK}b"


def test_text_without_secrets_is_returned_as_it_is():
    text = "nothing to hide"
    assert Masker().redact(text) is text


@pytest.mark.parametrize("value", ["", "a", "1234", "    ", "true", "None", "localhost"])
def test_short_values_and_plain_words_never_star_everything(value):
    assert masker(value).redact("a 1234 true None localhost") == "a 1234 true None localhost"


def test_a_secret_that_contains_another_is_masked_as_a_whole():
    assert masker("secret", "secret-and-more").redact("secret-and-more") == MASK


@given(SECRETS)
def test_every_usual_spelling_of_a_secret_is_masked(value):
    one = masker(value)
    value = value.strip()
    for text in (value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1], repr(value)[1:-1]):
        assert value not in one.redact(f"<{text}>").replace(MASK, "")
        assert one.redact(f"<{text}>") == f"<{MASK}>"


@given(SECRETS, st.binary(max_size=7), st.binary(max_size=7))
def test_base64_of_a_secret_is_masked_wherever_it_stands_in_the_encoded_text(value, before, after):
    raw = value.strip().encode()
    text = base64.b64encode(before + raw + after).decode()
    assert MASK in masker(value).redact(text)
    url = base64.urlsafe_b64encode(before + raw + after).decode()
    assert MASK in masker(value).redact(url)


def test_each_line_of_a_key_is_masked():
    key = "-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA1\nqwertyuiopasdf\n-----END KEY-----"
    assert masker(key).redact("saw MIIEpAIBAAKCAQEA1 and qwertyuiopasdf") == f"saw {MASK} and {MASK}"


@pytest.mark.parametrize(
    "name", ["password", "db_password", "API-Key", "apiKey", "Authorization", "aws_secret_access_key", "private_key"]
)
def test_names_of_secrets_are_known(name):
    assert is_sensitive(name)


@pytest.mark.parametrize("name", ["host", "login", "key", "path", 7, None])
def test_other_names_are_not_secret(name):
    assert not is_sensitive(name)


def test_of_a_mapping_the_values_under_sensitive_names_are_taken():
    one = Masker()
    one.add({"host": "example.org", "password": "hunter22", "extra": {"token": ["tok-12345"], "port": "54321"}})
    assert one.redact("example.org hunter22 tok-12345 54321") == f"example.org {MASK} {MASK} 54321"


def test_a_named_value_counts_only_under_a_sensitive_name():
    one = Masker()
    one.add("plain-value", "host")
    one.add("secret-value", "password")
    assert one.redact("plain-value secret-value") == f"plain-value {MASK}"


def test_fields_are_masked_by_name_and_by_content_at_any_depth():
    fields = {"sql": "select 'hunter22'", "env": {"PASSWORD": "x", "n": 1}, "items": ["hunter22", ("hunter22", None)]}
    assert masker("hunter22").redact_fields(fields) == {
        "sql": f"select '{MASK}'",
        "env": {"PASSWORD": MASK, "n": 1},
        "items": [MASK, (MASK, None)],
    }


def test_a_structure_that_contains_itself_does_not_hang():
    loop: list[object] = []
    loop.append(loop)
    assert masker("hunter22").redact_fields(loop)


def test_a_cut_is_moved_before_a_secret():
    one = masker("hunter22")
    text = "abc hunter22 def"
    assert one.safe_cut(text, 8) == 4
    assert one.safe_cut(text, 4) == 4
    assert one.safe_cut(text, 12) == 12


def test_words_of_the_settings_make_names_sensitive_too():
    code = "from tradewind.worker.secrets_masking import is_sensitive as s; print(s('My_Comment'), s('PIN code'), s('other'))"
    env = {**os.environ, "AIRFLOW__CORE__SENSITIVE_VAR_CONN_NAMES": "comment, pin_code"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "False"]


def test_many_secrets_are_found_each_at_its_longest() -> None:
    masker = Masker()
    values = [
        f"{a}{b}{tail}" for a in "abcxyz" for b in ("begin", "begin-", "begins") for tail in ("", "Long", "Longer+/&é")
    ]
    for value in values:
        masker.add(value)
    for value in values:
        assert masker.redact(f"<{value}>") == "<***>"
        assert masker.redact(f"{value}{value[::-1]}") == f"***{value[::-1]}"
    assert masker.redact("abegi xbegi beginLonge") == "abegi xbegi beginLonge"


def test_a_hundred_secrets_cost_little_more_than_one() -> None:
    one, many = Masker(), Masker()
    one.add("0123456789abcdef-x")
    for number in range(100):
        many.add(f"{number * 7919:x}-Secret/{number}+é")
    line = "loaded 123 rows of orders into the warehouse, 17 customers are new and 4 were changed " * 50
    few_s, many_s = (min(timeit.repeat(lambda m=m: m.redact(line), number=5, repeat=5)) for m in (one, many))
    assert many_s < 60 * few_s + 0.05, (few_s, many_s)
