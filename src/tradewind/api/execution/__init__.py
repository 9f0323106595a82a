"""The task API: answers to what running tasks ask, for children of this server and for workers over HTTP.

A request is one message class and one function in the table of `answers`; both ways in end there.
"""

from tradewind.api.execution.answers import Answers, Asker, request_handler, trigger_handler

__all__ = ["Answers", "Asker", "request_handler", "trigger_handler"]
