"""`.airflowignore` in both of its syntaxes."""

from __future__ import annotations

import pytest

from tradewind.base.errors import InvalidInput
from tradewind.parsing.ignore import IgnoreRules


def ignored(text: str, path: str, *, syntax: str = "glob", folder: str = "", is_folder: bool = False) -> bool:
    return IgnoreRules().with_file(text, folder, syntax).match(path, is_folder=is_folder)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("draft_*.py", "draft_one.py", True),
        ("draft_*.py", "team/draft_one.py", True),
        ("draft_*.py", "my_draft_one.py", False),
        ("/draft.py", "draft.py", True),
        ("/draft.py", "team/draft.py", False),
        ("team/*.py", "team/a.py", True),
        ("team/*.py", "team/deep/a.py", False),
        ("team/*.py", "other/team/a.py", False),
        ("**/lib/*.py", "lib/a.py", True),
        ("**/lib/*.py", "x/y/lib/a.py", True),
        ("team/**", "team/deep/a.py", True),
        ("a?.py", "ab.py", True),
        ("a?.py", "a/.py", False),
        ("a[0-9].py", "a7.py", True),
        ("a[!0-9].py", "a7.py", False),
        (r"\#odd.py", "#odd.py", True),
        ("# a comment", "# a comment", False),
        ("", "a.py", False),
    ],
)
def test_a_glob_is_read_as_in_gitignore(pattern: str, path: str, expected: bool) -> None:
    assert ignored(pattern, path) is expected


def test_a_trailing_slash_names_folders_only() -> None:
    assert ignored("lib/", "lib", is_folder=True)
    assert not ignored("lib/", "lib")


def test_the_last_pattern_that_matches_decides() -> None:
    assert not ignored("*.py\n!keep.py", "keep.py")
    assert ignored("!keep.py\n*.py", "keep.py")


def test_patterns_of_a_folder_hold_below_it() -> None:
    assert ignored("/a.py", "team/a.py", folder="team")
    assert not ignored("/a.py", "a.py", folder="team")


def test_a_regular_expression_is_searched_in_the_path() -> None:
    assert ignored("project_[ab]", "x/project_a/dag.py", syntax="regexp")
    assert ignored("tenant_[0-9]  # all of them", "tenant_1/dag.py", syntax="regexp")
    assert not ignored("^dag", "x/dag.py", syntax="regexp")


def test_what_can_not_be_read_is_refused_in_words() -> None:
    with pytest.raises(InvalidInput, match="is no regular expression"):
        ignored("(", "a.py", syntax="regexp")
    with pytest.raises(InvalidInput, match="glob, regexp, not 'sql'"):
        ignored("a", "a.py", syntax="sql")
