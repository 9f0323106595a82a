"""Paths into object stores: addresses, connections, what a store can do, and as values between tasks."""

from __future__ import annotations

import fsspec
import pytest

from tradewind.sdk.exceptions import AirflowNotFoundException
from tradewind.sdk.object_storage import ObjectStoragePath, get_fs
from tradewind.sdk.xcom_codec import MemoryArtifacts, XComCodec


@pytest.fixture
def bucket():
    """A store in memory."""
    files = fsspec.filesystem("memory")
    yield ObjectStoragePath("memory://things")
    files.store.clear()
    files.pseudo_dirs[:] = [""]


def test_an_address_tells_its_connection_bucket_and_key() -> None:
    path = ObjectStoragePath("s3://aws_default@my-bucket/folder/file.csv")
    assert (path.protocol, path.conn_id, path.bucket, path.key) == ("s3", "aws_default", "my-bucket", "folder/file.csv")
    assert str(path) == "s3://aws_default@my-bucket/folder/file.csv"


def test_what_is_derived_from_a_path_keeps_its_connection() -> None:
    path = ObjectStoragePath("s3://my-bucket/", conn_id="mine") / "folder" / "file.csv"
    assert isinstance(path, ObjectStoragePath)
    assert (path.conn_id, path.key, path.parent.conn_id, path.name) == ("mine", "folder/file.csv", "mine", "file.csv")


def test_the_connection_is_looked_up_when_the_store_is_touched() -> None:
    path = ObjectStoragePath("s3://nobody@my-bucket/file")
    with pytest.raises(AirflowNotFoundException, match="`nobody`"):
        path.exists()


def test_the_credentials_of_a_connection_reach_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_AT_HOME", '{"conn_type": "ftp", "host": "127.0.0.1", "port": 1, "login": "me"}')
    with pytest.raises(OSError, match="refused"):  # it has gone to that host
        get_fs("ftp", "at_home")


def test_text_is_written_and_read(bucket: ObjectStoragePath) -> None:
    path = bucket / "notes.txt"
    path.write_text("ahoy")
    assert path.exists()
    assert (path.read_text(), path.size(), path.read_block(1, 2)) == ("ahoy", 4, b"ho")
    assert [one.name for one in bucket.iterdir()] == ["notes.txt"]
    assert all(isinstance(one, ObjectStoragePath) for one in bucket.iterdir())


def test_copy_and_move_go_from_store_to_store(bucket: ObjectStoragePath, tmp_path) -> None:
    source = bucket / "a.bin"
    source.write_bytes(b"123")
    local = ObjectStoragePath(f"file://{tmp_path}")
    source.copy_into(local)
    assert (tmp_path / "a.bin").read_bytes() == b"123"
    source.move(local / "b.bin")
    assert ((tmp_path / "b.bin").read_bytes(), source.exists()) == (b"123", False)


def test_a_folder_is_copied_whole_when_told(bucket: ObjectStoragePath) -> None:
    (bucket / "folder" / "deep.txt").write_text("1")
    with pytest.raises(IsADirectoryError):
        (bucket / "folder").copy(bucket / "other")
    (bucket / "folder").copy(bucket / "other", recursive=True)
    assert (bucket / "other" / "deep.txt").read_text() == "1"


def test_paths_are_equal_where_store_and_connection_are() -> None:
    first = ObjectStoragePath("s3://mine@bucket/key")
    assert first == ObjectStoragePath("s3://bucket/key", conn_id="mine")
    assert first != ObjectStoragePath("s3://yours@bucket/key")
    assert len({first, ObjectStoragePath("s3://mine@bucket/key")}) == 1


def test_a_path_goes_from_task_to_task_without_credentials() -> None:
    codec = XComCodec(MemoryArtifacts())
    path = ObjectStoragePath("s3://mine@bucket/key")
    stored = codec.encode(path)
    found = codec.decode(stored)
    assert (found, found.conn_id, type(found)) == (path, "mine", ObjectStoragePath)


def test_a_path_may_name_an_asset() -> None:
    from tradewind import Asset

    with pytest.warns(UserWarning, match="should not contain auth info"):
        assert Asset(uri=ObjectStoragePath("s3://mine@bucket/key")).uri == "s3://bucket/key"
