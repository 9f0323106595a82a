"""Retry policies: which exceptions their rules are about, and what they decide."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tradewind import ExceptionRetryPolicy, RetryAction, RetryDecision, RetryPolicy, RetryRule


def decide(policy: RetryPolicy, error: BaseException) -> RetryDecision:
    return policy.evaluate(error, 1, 3)


def test_the_first_rule_that_matches_decides():
    policy = ExceptionRetryPolicy([
        RetryRule(ConnectionResetError, retry_delay=timedelta(seconds=30), reason="the peer went away"),
        RetryRule(ConnectionError, action=RetryAction.FAIL),
    ])  # fmt: skip
    assert decide(policy, ConnectionResetError()) == RetryDecision.retry(timedelta(seconds=30), "the peer went away")
    assert decide(policy, BrokenPipeError()).action is RetryAction.FAIL
    assert decide(policy, ValueError()) == RetryDecision.default()


def test_a_rule_that_gives_no_reason_is_named():
    policy = ExceptionRetryPolicy([RetryRule(["builtins.LookupError", TimeoutError])])
    assert decide(policy, KeyError()).reason == "Matched rule for LookupError, TimeoutError"


def test_the_default_holds_where_no_rule_matches():
    policy = ExceptionRetryPolicy([RetryRule(KeyError)], default=RetryAction.FAIL)
    assert decide(policy, ValueError()).action is RetryAction.FAIL


def test_a_rule_may_name_several_exceptions_by_class_or_path():
    rule = RetryRule(["builtins.LookupError", TimeoutError])
    assert [rule.matches(error) for error in (KeyError(), TimeoutError(), OSError())] == [True, True, False]
    assert rule.exception_path == "builtins.LookupError,builtins.TimeoutError"


def test_a_rule_may_be_about_the_very_class_only():
    assert not RetryRule(LookupError, match_subclasses=False).matches(KeyError())
    assert RetryRule("builtins.KeyError", match_subclasses=False).matches(KeyError())


def test_a_path_that_leads_nowhere_matches_nothing(caplog):
    assert not RetryRule("no.such.Error").matches(ValueError())
    assert "no.such.Error" in caplog.text


@pytest.mark.parametrize("path", ["", "ValueError", "a..b", "requests.", "not a path.x"])
def test_a_text_that_is_no_path_is_refused(path):
    with pytest.raises(ValueError, match="whole path"):
        RetryRule(path)


def test_a_policy_survives_its_own_json():
    policy = ExceptionRetryPolicy([
        RetryRule(ConnectionError, retry_delay=timedelta(minutes=1), reason="busy"),
        RetryRule(["builtins.KeyError", ValueError], RetryAction.FAIL, match_subclasses=False),
    ], RetryAction.RETRY)  # fmt: skip
    again = ExceptionRetryPolicy.deserialize(policy.serialize())
    assert again.serialize() == policy.serialize()
    assert decide(again, ConnectionRefusedError()).retry_delay == timedelta(minutes=1)
