"""Params, their schemas, and what runs may set."""

import pytest

from tradewind import DAG, Param, ParamsDict
from tradewind.sdk.authoring_errors import AuthoringError, InvalidArgument, ParamValidationError
from tradewind.sdk.serialize import serialize_dag


def test_a_value_must_satisfy_the_schema() -> None:
    param = Param(3, type="integer", minimum=1, description="How many")
    assert param.resolve() == 3
    assert param.resolve(5) == 5
    with pytest.raises(ParamValidationError, match="0 is less than the minimum of 1"):
        param.resolve(0)
    assert param.resolve(0, suppress_exception=True) is None


def test_a_format_is_checked_too() -> None:
    with pytest.raises(ParamValidationError, match="is not a 'date'"):
        Param("soon", type="string", format="date").resolve()


def test_a_broken_schema_says_so() -> None:
    with pytest.raises(ParamValidationError, match="the schema itself is not valid"):
        Param(1, type="nosuch").resolve()


def test_a_param_without_a_value_can_not_be_resolved() -> None:
    assert not Param(type="string").has_value
    assert not Param(None, type=["null", "string"]).has_value
    with pytest.raises(ParamValidationError, match="No value passed and Param has no default value"):
        Param(type="string").resolve()


def test_a_value_must_be_json() -> None:
    with pytest.raises(ParamValidationError, match=r"json-serializable.*set"):
        Param({1, 2})


def test_names_give_checked_values_and_params() -> None:
    params = ParamsDict({"a": 1, "b": Param("x", type="string")})
    params["a"] = 2
    params["b"] = "y"
    params["c"] = Param(3)

    assert dict(params) == {"a": 2, "b": "y", "c": 3}
    assert {name: param.value for name, param in params.items()} == {"a": 2, "b": "y", "c": 3}
    assert isinstance(params.get_param("b"), Param)
    with pytest.raises(ParamValidationError, match="Invalid input for param b: 3 is not of type 'string'"):
        params["b"] = 3
    del params["c"]
    assert ("c" in params, len(params)) == (False, 2)
    assert params == {"a": 2, "b": "y"}


def test_a_copy_does_not_change_the_first() -> None:
    first = ParamsDict({"a": Param(1, type="integer")})
    second = ParamsDict(first)
    second["a"] = 2
    assert (first["a"], second["a"]) == (1, 2)


def test_errors_may_be_suppressed() -> None:
    params = ParamsDict({"a": Param(type="integer")}, suppress_exception=True)
    assert params["a"] is None
    with pytest.raises(ParamValidationError):
        params.validate()


def test_a_dag_with_a_schedule_has_a_default_for_each() -> None:
    with pytest.raises(InvalidArgument, match="'a' has none"):
        serialize_dag(DAG("d", schedule="@daily", params={"a": Param(type="integer")}))
    with pytest.raises(ParamValidationError, match="param a"):
        serialize_dag(DAG("d", schedule="@daily", params={"a": Param("x", type="integer")}))
    assert serialize_dag(DAG("d", params={"a": Param(type="integer")})).params[0].has_default is False


def test_the_spec_has_defaults_and_schemas() -> None:
    dag = DAG("d", params={"a": Param(1, "words", type="integer", enum=[1, 2], title="A"), "b": [1, {"x": None}]})
    a, b = serialize_dag(dag).params
    assert (a.name, a.default, a.description, a.source) == ("a", 1, "words", "dag")
    assert a.schema == {"type": "integer", "enum": [1, 2], "title": "A"}
    assert (b.default, b.schema) == ([1, {"x": None}], {})


def test_a_stand_in_takes_the_value_of_the_run() -> None:
    dag = DAG("d", params={"a": 1})
    assert dag.param("a").resolve({"params": {"a": 5}}) == 5
    assert dag.param("b", 7).resolve({"params": {}}) == 7
    assert dag.params["b"] == 7
    with pytest.raises(AuthoringError, match="No value could be resolved for parameter c"):
        dag.param("c").resolve({"params": {}})


def test_default_args_may_have_params() -> None:
    assert DAG("d", default_args={"params": {"a": 1, "b": 1}}, params={"b": 2}).params.dump() == {"a": 1, "b": 2}


def test_names_of_params_are_strings() -> None:
    with pytest.raises(TypeError, match="name of a param must be a string, not 1"):
        ParamsDict({1: 2})
