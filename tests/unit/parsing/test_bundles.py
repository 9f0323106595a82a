"""A folder becomes a manifest and a snapshot, whatever lies in it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tradewind.base.errors import BundleError
from tradewind.parsing import LocalBundle, forget_snapshots

DAG = "from tradewind import DAG\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "dags"
    folder.mkdir()
    return folder


def bundle(root: Path, **options: str) -> LocalBundle:
    return LocalBundle("main", root, root.parent / "home", **options)


def write(root: Path, path: str, content: str = DAG) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    return file


def test_files_that_name_a_dag_are_looked_at(root: Path) -> None:
    write(root, "a.py")
    write(root, "b.py", "import airflow; airflow.dag\n")
    write(root, "c.py", "from tradewind import asset\n")
    write(root, "helper.py", "def dag(): ...\n")
    write(root, "notes.txt", DAG)
    manifest = bundle(root).read()
    assert manifest.dag_files() == ["a.py", "b.py", "c.py"]
    assert list(manifest.files) == ["a.py", "b.py", "c.py", "helper.py", "notes.txt"]


def test_what_is_generated_or_hidden_is_left_out(root: Path) -> None:
    for path in (
        "__pycache__/a.py",
        ".git/a.py",
        ".hidden.py",
        "env/pyvenv.cfg",
        "env/lib/a.py",
        "a.pyc",
        "node_modules/x.py",
    ):
        write(root, path)
    assert list(bundle(root).read().files) == []


def test_what_lies_beside_the_folder_lies_beside_its_snapshot(root: Path) -> None:
    """DAG files of many projects reach for `../include`."""
    write(root, "a.py")
    write(root, "../include/tools.py", "x = 1\n")
    write(root, "../settings.yaml", "a: 1\n")
    write(root, "../.env", "SECRET=1\n")
    one = bundle(root)
    snapshot = one.lay_out(one.read())
    assert (snapshot / "../include/tools.py").read_text() == "x = 1\n"
    assert (snapshot.parent / "settings.yaml").read_text() == "a: 1\n"
    assert (snapshot.parent / "dags" / "a.py").read_text() == DAG
    beside = {path.name for path in snapshot.parent.iterdir()} - {snapshot.name}
    assert beside == {"include", "settings.yaml", "dags"}  # neither what is hidden nor our own home


def test_what_lies_beside_the_folder_is_looked_at_anew_with_each_snapshot_and_never_deleted(root: Path) -> None:
    write(root, "a.py")
    write(root, "../include/tools.py", "x = 1\n")
    write(root, "../gone.txt", "x")
    one = bundle(root)
    first = one.lay_out(one.read())
    (root / "../gone.txt").unlink()
    write(root, "../new.txt", "x")
    write(root, "a.py", DAG + "x = 2\n")
    second = one.lay_out(one.read())
    assert {path.name for path in second.parent.iterdir()} == {first.name, second.name, "include", "dags", "new.txt"}
    assert forget_snapshots(root.parent / "home", "main", {second.name}, older_than_s=-1) == 1
    assert (root / "../include/tools.py").read_text() == "x = 1\n"
    assert {path.name for path in second.parent.iterdir()} == {second.name, "include", "dags", "new.txt"}


def test_what_lies_beside_another_folder_takes_the_place_of_what_lay_beside_the_one_before(tmp_path: Path) -> None:
    for project in ("old", "new"):
        write(tmp_path / project / "dags", "a.py")
        write(tmp_path / project, "include/tools.py", f"x = {project!r}\n")
        ours = LocalBundle("main", tmp_path / project / "dags", tmp_path / "home")
        snapshot = ours.lay_out(ours.read())
    assert (snapshot / "../include/tools.py").read_text() == "x = 'new'\n"


def test_what_lies_beside_the_folder_is_looked_at_where_a_server_starts_and_nothing_has_to_be_parsed(
    root: Path, tmp_path: Path
) -> None:
    write(root, "a.py")
    write(root, "../include/tools.py", "x = 1\n")
    ours = bundle(root)
    snapshot = ours.lay_out(ours.read())
    moved = tmp_path / "elsewhere"
    root.parent.joinpath("include").rename(moved)
    write(root, "../added/tools.py", "x = 2\n")
    bundle(root).read()
    assert (snapshot / "../added/tools.py").read_text() == "x = 2\n"
    assert not (snapshot.parent / "include").is_symlink()


def test_keys_and_the_database_of_our_own_home_lie_beside_no_snapshot(tmp_path: Path) -> None:
    home = tmp_path / "home"
    write(home, "dags/a.py")
    write(home, "include/tools.py", "x = 1\n")
    write(home, "settings.yaml", "a: 1\n")
    ours = "fernet.key token.key admin-password tradewind.db tradewind.db-wal tradewind.toml server.json logs/a.log cache/a"
    for path in ours.split():
        write(home, path, "secret")
    named = tmp_path / "another-name"
    named.symlink_to(home)
    one = LocalBundle("main", home / "dags", named)
    snapshot = one.lay_out(one.read())
    beside = {path.name for path in snapshot.parent.iterdir()} - {snapshot.name}
    assert beside == {"dags", "include", "settings.yaml"}


def test_a_project_may_have_folders_that_are_called_as_ours(root: Path) -> None:
    write(root, "a.py")
    write(root, "../bundles/tools.py", "x = 1\n")
    one = bundle(root)
    assert (one.lay_out(one.read()) / "../bundles/tools.py").read_text() == "x = 1\n"


def test_ignored_files_are_no_dag_files_but_part_of_the_snapshot(root: Path) -> None:
    write(root, ".airflowignore", "lib/\ndraft_*\n")
    write(root, "lib/tools.py")
    write(root, "draft_one.py")
    write(root, "team/.airflowignore", "/b.py")
    write(root, "team/a.py")
    write(root, "team/b.py")
    ours = bundle(root)
    manifest = ours.read()
    assert manifest.dag_files() == ["team/a.py"]
    assert (ours.lay_out(manifest) / "lib" / "tools.py").read_text() == DAG


def test_regular_expressions_are_asked_for_by_a_setting(root: Path) -> None:
    write(root, ".airflowignore", "dr[a]ft")
    write(root, "x/draft.py")
    assert bundle(root, ignore_syntax="regexp").read().dag_files() == []
    assert bundle(root).read().dag_files() == ["x/draft.py"]


def test_an_edit_gives_a_new_version_and_leaves_the_old_snapshot_alone(root: Path) -> None:
    file = write(root, "pkg/a.py", "one = 1  # tradewind dag\n")
    ours = bundle(root)
    first = ours.lay_out(ours.read())
    file.write_text("one = 2  # tradewind dag\n")
    second = ours.lay_out(ours.read())
    assert first != second
    assert (first / "pkg" / "a.py").read_text() == "one = 1  # tradewind dag\n"
    assert (second / "pkg" / "a.py").read_text() == "one = 2  # tradewind dag\n"


def test_an_edit_of_the_same_size_in_the_same_moment_is_seen(root: Path) -> None:
    file, moment = write(root, "a.py", "1"), time.time() + 60  # however long this test takes, it is not long ago
    ours = bundle(root)
    os.utime(file, (moment, moment))
    first = ours.read()
    file.write_text("2")
    os.utime(file, (moment, moment))
    assert ours.read().version != first.version


def test_a_file_that_did_not_change_is_not_read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(root, "a.py")
    old = time.time() - 10
    os.utime(file, (old, old))
    ours = bundle(root)
    first = ours.read()
    file.chmod(0)
    monkeypatch.setattr(Path, "read_bytes", _no_reading)
    file.chmod(first.files["a.py"].is_executable or 0o644)
    assert ours.read().version == first.version


def _no_reading(path: Path) -> bytes:
    raise AssertionError(f"{path} was read again")


def test_contents_are_kept_once_and_read_only(root: Path) -> None:
    write(root, "a.py", "same")
    write(root, "b.py", "same")
    ours = bundle(root)
    snapshot = ours.lay_out(ours.read())
    assert (snapshot / "a.py").samefile(snapshot / "b.py")
    assert (snapshot / "a.py").stat().st_mode & 0o222 == 0


def test_an_executable_file_stays_one(root: Path) -> None:
    write(root, "run.sh", "#!/bin/sh\n").chmod(0o755)
    write(root, "same.txt", "#!/bin/sh\n")
    ours = bundle(root)
    snapshot = ours.lay_out(ours.read())
    assert os.access(snapshot / "run.sh", os.X_OK)
    assert (snapshot / "same.txt").stat().st_mode & 0o111 == 0


def test_a_large_file_is_pointed_to(root: Path) -> None:
    big = root / "big.bin"
    big.write_bytes(b"x" * (1 << 20) + b"y")
    ours = bundle(root)
    manifest = ours.read()
    snapshot = ours.lay_out(manifest)
    assert (snapshot / "big.bin").is_symlink()
    assert (snapshot / "big.bin").resolve() == big.resolve()
    big.write_bytes(b"z" * (2 << 20))
    assert ours.read().version != manifest.version


def test_links_in_a_circle_end(root: Path) -> None:
    write(root, "a/b/c.py")
    (root / "a" / "b" / "up").symlink_to(root)
    (root / "self").symlink_to(root / "self")
    (root / "gone.py").symlink_to(root / "nowhere.py")
    assert list(bundle(root).read().files) == ["a/b/c.py"]


def test_a_link_to_a_file_or_folder_elsewhere_is_followed(root: Path) -> None:
    outside = root.parent / "elsewhere"
    write(outside, "x.py")
    (root / "linked").symlink_to(outside)
    (root / "y.py").symlink_to(outside / "x.py")
    ours = bundle(root)
    manifest = ours.read()
    assert list(manifest.files) == ["linked/x.py", "y.py"]
    assert not (ours.lay_out(manifest) / "y.py").is_symlink()


def test_names_in_any_script_are_kept(root: Path) -> None:
    write(root, "größe/データ.py")
    ours = bundle(root)
    assert (ours.lay_out(ours.read()) / "größe" / "データ.py").exists()


def test_a_name_that_is_no_text_is_left_out_and_told(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(root, "good.py")
    Path(os.fsdecode(os.fsencode(root) + b"/bad\xff.py")).write_text(DAG)
    ours = bundle(root)
    ours.read()
    assert list(ours.read().files) == ["good.py"]
    assert [record.message for record in caplog.records if "not UTF-8" in record.message] == [caplog.records[0].message]


def test_pipes_and_sockets_are_left_out(root: Path) -> None:
    os.mkfifo(root / "pipe.py")
    assert list(bundle(root).read().files) == []


def test_a_folder_that_is_not_there_is_an_error_not_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="can't be read"):
        bundle(tmp_path / "nowhere").read()


def test_the_home_folder_inside_the_dag_folder_is_left_out(tmp_path: Path) -> None:
    home = tmp_path / "state"
    ours = LocalBundle("main", tmp_path, home)
    write(tmp_path, "a.py")
    ours.lay_out(ours.read())
    assert list(ours.read().files) == ["a.py"]


def test_snapshots_that_nothing_uses_are_removed_with_their_contents(root: Path) -> None:
    home = root.parent / "home"
    file = write(root, "a.py", "one")
    ours = bundle(root)
    first = ours.lay_out(ours.read())
    file.write_text("two")
    second = ours.lay_out(ours.read())
    assert forget_snapshots(home, "main", {second.name}) == 0, "what is young may be about to be used"
    assert forget_snapshots(home, "main", {second.name}, older_than_s=-1) == 1
    assert not first.exists()
    assert (second / "a.py").read_text() == "two"
    assert len([path for path in (home / "blobs").glob("*/*") if path.is_file()]) == 1


def test_laying_out_twice_gives_the_same_folder(root: Path) -> None:
    write(root, "a.py")
    ours = bundle(root)
    manifest = ours.read()
    assert ours.lay_out(manifest) == ours.lay_out(manifest)
    found = (root.parent / "home" / "bundles" / "main").iterdir()
    assert [path.name for path in found if not path.is_symlink()] == [manifest.version]


def test_contents_that_were_lost_are_kept_again_at_the_next_look(root: Path) -> None:
    file = write(root, "a.py")
    old = time.time() - 10
    os.utime(file, (old, old))
    ours = bundle(root)
    manifest = ours.read()
    for blob in (root.parent / "home" / "blobs").glob("*/*"):
        blob.unlink()
    with pytest.raises(BundleError, match="can't be laid out"):
        ours.lay_out(manifest)
    assert (ours.lay_out(ours.read()) / "a.py").read_text() == DAG


def test_a_snapshot_that_a_task_wrote_to_does_not_spoil_later_ones(root: Path) -> None:
    file = write(root, "a.py")
    old = time.time() - 10
    os.utime(file, (old, old))
    ours = bundle(root)
    spoiled = ours.lay_out(ours.read()) / "a.py"
    spoiled.chmod(0o644)
    spoiled.write_text("a task wrote this")
    write(root, "b.py", "x = 1")
    with pytest.raises(BundleError, match="written to"):
        ours.lay_out(ours.read())
    assert (ours.lay_out(ours.read()) / "a.py").read_text() == DAG
