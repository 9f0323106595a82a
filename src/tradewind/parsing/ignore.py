"""`.airflowignore`: which files of a folder are not looked at for DAGs.

Patterns are globs as in `.gitignore` (a leading ``!`` takes a file back, a slash anchors to the folder of the ignore
file, a trailing slash names folders only), or regular expressions that are searched in the path.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tradewind.base.errors import InvalidInput

__all__ = ["IGNORE_FILE", "IgnoreRules"]

IGNORE_FILE = ".airflowignore"
SYNTAXES = ("glob", "regexp")


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    is_taken_back: bool
    folders_only: bool
    base: str
    """Folder of the ignore file inside the bundle, with a trailing slash; empty for the top."""


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The rules in force in a folder: its own and those of the folders above. The last one that matches decides."""

    rules: tuple[_Rule, ...] = ()

    def with_file(self, text: str, folder: str, syntax: str) -> IgnoreRules:
        """These rules and those of the ignore file of a folder.

        Args:
            text: content of the file.
            folder: path of the folder inside the bundle; empty for the top.
            syntax: ``glob`` or ``regexp``.

        Raises:
            InvalidInput: an expression that is not one, or an unknown syntax.
        """
        if syntax not in SYNTAXES:
            raise InvalidInput(f"parsing.ignore_syntax must be one of {', '.join(SYNTAXES)}, not {syntax!r}")
        base = f"{folder}/" if folder else ""
        lines = [line.strip() for line in text.splitlines()]
        found = [_rule(line, base, syntax) for line in lines if line and not line.startswith("#")]
        return IgnoreRules((*self.rules, *found))

    def match(self, path: str, *, is_folder: bool) -> bool:
        """Whether a path inside the bundle is ignored."""
        ignored = False
        for rule in self.rules:
            if not path.startswith(rule.base) or (rule.folders_only and not is_folder):
                continue
            if rule.pattern.search(path[len(rule.base) :]):
                ignored = not rule.is_taken_back
        return ignored


def _rule(line: str, base: str, syntax: str) -> _Rule:
    if syntax == "regexp":
        try:
            return _Rule(re.compile(re.sub(r"\s*#.*", "", line)), False, False, base)
        except re.error as error:
            raise InvalidInput(f"{base}{IGNORE_FILE}: {line!r} is no regular expression: {error}") from error
    is_taken_back = line.startswith("!")
    pattern = line[1:] if is_taken_back else line.removeprefix("\\")
    folders_only = pattern.endswith("/")
    pattern = pattern.rstrip("/")
    is_anchored = "/" in pattern
    start = "^" if is_anchored else "(?:^|/)"
    return _Rule(re.compile(start + _glob(pattern.lstrip("/").split("/")) + "$"), is_taken_back, folders_only, base)


def _glob(parts: Sequence[str]) -> str:
    """The expression of a glob, cut at its slashes; ``**`` stands for any number of folders."""
    out = ""
    for index, part in enumerate(parts):
        is_last = index == len(parts) - 1
        if part == "**":
            out += ".*" if is_last else "(?:.*/)?"
        else:
            out += _segment(part) + ("" if is_last else "/")
    return out


def _segment(part: str) -> str:
    out, at = "", 0
    while at < len(part):
        char = part[at]
        end = part.find("]", at + 2)
        if char == "*":
            out += "[^/]*"
        elif char == "?":
            out += "[^/]"
        elif char == "[" and end > 0:
            inside = part[at + 1 : end].replace("\\", r"\\")
            out += "[" + ("^" + inside[1:] if inside[0] == "!" else inside) + "]"
            at = end
        elif char == "\\" and at + 1 < len(part):
            at += 1
            out += re.escape(part[at])
        else:
            out += re.escape(char)
        at += 1
    return out
