"""A browser as far as log-ins go: it keeps cookies, and says the CSRF token where it was told to."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Any

from support.api import PASSWORD, Answer, Api

__all__ = ["Browser"]


class Browser:
    """One browser, talking to an application."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.cookies: dict[str, str] = {}
        self.says_csrf = True
        self.headers: dict[str, str] = {}

    def log_in(self, username: str = "admin", password: str = PASSWORD, **more: Any) -> Answer:
        """With JSON, as a page with a script does."""
        return self.send("POST", "//auth/login", {"username": username, "password": password}, **more)

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """A request with the cookies that it has."""
        headers = {**self.headers, **more.pop("headers", {})}
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.says_csrf and "tradewind_csrf" in self.cookies:
            headers.setdefault("x-csrf-token", self.cookies["tradewind_csrf"])
        answer = self._api.send(method, path, body, role=None, headers=headers, **more)
        for line in answer.cookies:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                if morsel["max-age"] == "0":
                    del self.cookies[name]
        return answer

    def get(self, path: str, **more: Any) -> Answer:
        return self.send("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.send("POST", path, {} if body is None else body, **more)
