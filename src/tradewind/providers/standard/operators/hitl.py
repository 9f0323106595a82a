"""Operators that ask a person, and go on with the answer; while they wait they hold no process and no slot."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode, urlparse

from tradewind.providers.standard.exceptions import HITLRejectException, HITLTimeoutError, HITLTriggerEventError
from tradewind.sdk.authoring_errors import InvalidArgument, ParamValidationError
from tradewind.sdk.branch import BranchMixIn, SkipMixin
from tradewind.sdk.exceptions import TaskAwaitingInput
from tradewind.sdk.hitl import HITLUser, Question, ask
from tradewind.sdk.operator import BaseOperator
from tradewind.sdk.operator_settings import server_address
from tradewind.sdk.param import ParamsDict

__all__ = ["ApprovalOperator", "HITLBranchOperator", "HITLEntryOperator", "HITLOperator"]

log = logging.getLogger("tradewind.task")
OPTIONS_NAME = "_options"
"""Name that links to the form give the chosen options by; no field may have it."""


class HITLOperator(BaseOperator):
    """Asks a person to choose among options, and to fill in a form.

    Returns ``{"chosen_options": [...], "params_input": {...}, "responded_at": ..., "responded_by_user": ...}``.

    Args:
        subject: the question, templated.
        options: what can be chosen.
        body: what there is to know for it, templated; Markdown.
        defaults: what is chosen where nobody answers in time; None: the task fails then.
        multiple: whether more than one option may be chosen.
        params: the fields of the form: `Param`s or plain defaults.
        notifiers: called when the question is asked.
        assigned_users: who may answer; None: whoever may act on the DAG.
        response_timeout: how long to wait for the answer; None: forever.
    """

    template_fields = ("subject", "body")

    def __init__(
        self,
        *,
        subject: str,
        options: list[str],
        body: str | None = None,
        defaults: str | list[str] | None = None,
        multiple: bool = False,
        params: ParamsDict | dict[str, Any] | None = None,
        notifiers: Any = None,
        assigned_users: HITLUser | list[HITLUser] | None = None,
        response_timeout: timedelta | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(params=params, **kwargs)
        if self.execution_timeout is not None and response_timeout is None:
            # What bounds the work of other tasks was, in older DAG files, meant for the wait.
            response_timeout, self.execution_timeout = self.execution_timeout, None
        self.subject = subject
        self.body = body
        self.options = options
        self.defaults = [defaults] if isinstance(defaults, str) else defaults
        self.multiple = multiple
        self.notifiers: Sequence[Any] = (
            notifiers if isinstance(notifiers, list | tuple) else [notifiers] if notifiers is not None else []
        )
        self.assigned_users = [assigned_users] if isinstance(assigned_users, dict) else assigned_users
        self.response_timeout = response_timeout
        self.validate_options()
        self.validate_params()
        self.validate_defaults()

    # -- what may be asked -------------------------------------------------------------------------------------------

    def validate_options(self) -> None:
        """Raises InvalidArgument where there is nothing to choose."""
        if not self.options:
            raise InvalidArgument(f'"options" cannot be empty (task {self.task_id!r})')

    def validate_params(self) -> None:
        """Raises InvalidArgument where a field has a name that is taken."""
        if OPTIONS_NAME in self.own_params:
            raise InvalidArgument(f'"{OPTIONS_NAME}" is not allowed in params (task {self.task_id!r})')

    def validate_defaults(self) -> None:
        """Raises InvalidArgument where the defaults could not be chosen."""
        if self.defaults is None:
            return
        if not set(self.defaults) <= set(self.options):
            raise InvalidArgument(f'defaults "{self.defaults}" should be a subset of options "{self.options}"')
        if len(self.defaults) > 1 and not self.multiple:
            raise InvalidArgument('More than one defaults given when "multiple" is set to False.')

    @property
    def serialized_params(self) -> dict[str, dict[str, Any]]:
        """The fields of the form; the DAG's own params are none."""
        return {name: param.dump() for name, param in self.own_params.items()}

    @property
    def hitl_summary(self) -> dict[str, Any]:
        """The question in short, for listeners and logs."""
        timeout = self.response_timeout
        return {
            "subject": self.subject,
            "body": self.body,
            "options": self.options,
            "defaults": self.defaults,
            "multiple": self.multiple,
            "assigned_users": self.assigned_users,
            "response_timeout_seconds": None if timeout is None else timeout.total_seconds(),
            "serialized_params": self.serialized_params or None,
        }

    # -- the question and the answer ---------------------------------------------------------------------------------

    def execute(self, context: Any) -> Any:
        """Ask, tell those who want to know, and wait without a process.

        Raises:
            TaskAwaitingInput: always.
        """
        question = Question(
            subject=self.subject,
            options=self.options,
            body=self.body,
            defaults=self.defaults,
            multiple=self.multiple,
            params=self.serialized_params,
            assigned_users=self.assigned_users or (),
        )
        ask(context["ti"], question)
        log.info("Waiting for an answer to: %s (options: %s)", self.subject, ", ".join(self.options))
        for notifier in self.notifiers:
            notifier(context)
        raise TaskAwaitingInput(method_name="execute_complete", timeout=self.response_timeout)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:  # noqa: ARG002 - the shape of a resumption
        """Go on with the answer.

        Raises:
            HITLTimeoutError: nobody answered in time.
            HITLTriggerEventError: asking went wrong.
            ValueError: the answer is none that the form allows.
        """
        if "error" in event:
            self.process_trigger_event_error(event)
        chosen, filled = event["chosen_options"], event["params_input"] or {}
        self.validate_chosen_options(chosen)
        self.validate_params_input(filled)
        by = event["responded_by_user"]
        who = by["name"] if by else "nobody: it is the default" if event.get("timedout") else "nobody"
        log.info("The answer is %s, by %s", ", ".join(chosen), who)
        return {
            "chosen_options": chosen,
            "params_input": filled,
            "responded_at": event["responded_at"],
            "responded_by_user": by,
        }

    def process_trigger_event_error(self, event: Mapping[str, Any]) -> None:
        """Raise what the error says."""
        raise HITLTimeoutError(event) if event.get("error_type") == "timeout" else HITLTriggerEventError(event)

    def validate_chosen_options(self, chosen_options: Sequence[str]) -> None:
        """Raises ValueError where something was chosen that is no option."""
        unknown = set(chosen_options) - set(self.options)
        if unknown:
            raise ValueError(f"Responses {unknown} not in {self.options}")

    def validate_params_input(self, params_input: Mapping[str, Any]) -> None:
        """Raises ValueError where the fields are not those of the form, or a value is not what its schema allows."""
        fields = self.own_params
        if set(fields) != set(params_input):
            raise ValueError(f"params_input {dict(params_input)} does not match params {list(fields)}")
        for name, value in params_input.items():
            try:
                fields.get_param(name).resolve(value)
            except ParamValidationError as error:
                raise ValueError(f"params_input {name}: {error}") from error

    # -- links to the form -------------------------------------------------------------------------------------------

    def generate_link_to_ui(
        self,
        *,
        task_instance: Any,
        base_url: str | None = None,
        options: str | list[str] | None = None,
        params_input: dict[str, Any] | None = None,
    ) -> str:
        """The address of the form, with an answer filled in where one is given.

        Raises:
            ValueError: an option or field is not of the form.
        """
        chosen = [options] if isinstance(options, str) else options or []
        unknown = set(chosen) - set(self.options)
        if unknown:
            raise ValueError(f"options {unknown} are not valid options")
        filled = params_input or {}
        if not set(filled) <= set(self.own_params):
            raise ValueError(f"params {set(filled) - set(self.own_params)} are not valid params")
        parsed = urlparse(base_url or server_address())
        query: dict[str, Any] = ({OPTIONS_NAME: chosen} if chosen else {}) | filled
        query["map_index"] = task_instance.map_index
        path = (
            f"/dags/{task_instance.dag_id}/runs/{task_instance.run_id}/tasks/{task_instance.task_id}/required_actions"
        )
        return parsed._replace(path=path, query=urlencode(query), params="", fragment="").geturl()

    @staticmethod
    def generate_link_to_ui_from_context(
        *,
        context: Any,
        base_url: str | None = None,
        options: list[str] | None = None,
        params_input: dict[str, Any] | None = None,
    ) -> str:
        """The same, of the task whose context this is.

        Raises:
            ValueError: it is no task that asks a person.
        """
        task = context["task"]
        if not isinstance(task, HITLOperator):
            raise ValueError("This method only supports HITLOperator")  # noqa: TRY004 - Airflow's error
        return task.generate_link_to_ui(
            task_instance=context["ti"], base_url=base_url, options=options, params_input=params_input
        )


class ApprovalOperator(HITLOperator, SkipMixin):
    """Asks for a yes or no; without a yes, what comes after is skipped.

    Args:
        ignore_downstream_trigger_rules: skip everything downstream; else only the tasks right after this one.
        fail_on_reject: a no fails the task.
    """

    inherits_from_skipmixin = True
    FIXED_ARGS: ClassVar[list[str]] = ["options", "multiple"]
    APPROVE = "Approve"
    REJECT = "Reject"

    def __init__(
        self, *, ignore_downstream_trigger_rules: bool = False, fail_on_reject: bool = False, **kwargs: Any
    ) -> None:
        for name in self.FIXED_ARGS:
            if name in kwargs:
                raise InvalidArgument(f"Passing {name} to ApprovalOperator is not allowed.")
        super().__init__(options=[self.APPROVE, self.REJECT], multiple=False, **kwargs)
        self.ignore_downstream_trigger_rules = ignore_downstream_trigger_rules
        self.fail_on_reject = fail_on_reject

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """Go on, skip what follows, or fail.

        Raises:
            HITLRejectException: the answer is no, and `fail_on_reject` is set.
        """
        answer = super().execute_complete(context, event)
        chosen = answer["chosen_options"][0]
        if chosen == self.APPROVE:
            log.info("Approved. Proceeding with downstream tasks...")
            return answer
        if self.fail_on_reject and chosen == self.REJECT:
            raise HITLRejectException('Receive "Reject"')
        task = context["task"]
        after = (
            task.get_flat_relatives(upstream=False)
            if self.ignore_downstream_trigger_rules
            else task.get_direct_relatives(upstream=False)
        )
        log.info("Rejected. Skipping downstream tasks...")
        self.skip(context["ti"], [one for one in after if not one.is_teardown])
        return answer


class HITLBranchOperator(HITLOperator, BranchMixIn):
    """Follows the branches that a person chooses.

    Args:
        options_mapping: option -> id of the task to follow; an option that is not in it is such an id itself.
    """

    inherits_from_skipmixin = True

    def __init__(self, *, options_mapping: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.options_mapping = options_mapping or {}
        self.validate_options_mapping()

    def validate_options_mapping(self) -> None:
        """Raises InvalidArgument where a key is no option, or a value no task id."""
        unknown = sorted(set(self.options_mapping) - set(self.options))
        if unknown:
            raise InvalidArgument(f"`options_mapping` contains keys that are not in `options`: {unknown}")
        wrong = {key: value for key, value in self.options_mapping.items() if not isinstance(value, str)}
        if wrong:
            raise InvalidArgument(f"`options_mapping` values must be strings (task_ids).\nInvalid entries: {wrong}")

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """Follow what was chosen."""
        answer = super().execute_complete(context, event)
        chosen: list[str] = answer["chosen_options"]
        return self.do_branch(context, [self.options_mapping.get(one, one) for one in chosen])


class HITLEntryOperator(HITLOperator):
    """Asks a person to fill in a form; there is one option, OK, unless others are given."""

    OK = "OK"

    def __init__(self, **kwargs: Any) -> None:
        if "options" not in kwargs:
            kwargs["options"] = [self.OK]
            kwargs.setdefault("defaults", [self.OK])
        super().__init__(**kwargs)
