"""Where the code of a DAG version is: its record in the database, its snapshot on this machine's disk."""

from __future__ import annotations

from pathlib import Path

from tradewind.base.errors import BundleError
from tradewind.db import versions
from tradewind.db.engine import Database
from tradewind.protocol.messages import DagFacts
from tradewind.scheduler.dispatcher import VersionCode
from tradewind.spec import DagKey

__all__ = ["StoredVersions"]


class StoredVersions:
    """Finds versions in the database and snapshots under the bundles folder."""

    def __init__(self, database: Database, specs: versions.Specs, bundles_folder: Path) -> None:
        self._database = database
        self._specs = specs
        self._bundles_folder = bundles_folder

    def __call__(self, dag: DagKey, version_id: str) -> VersionCode:
        """The code of a version.

        Raises:
            NotFound: no such version.
            BundleError: its snapshot is not on this machine.
        """
        with self._database.read() as tx:
            record = versions.get_version(tx, version_id)
            spec = versions.spec_of_version(tx, self._specs, version_id)
        folder = self._bundles_folder / record.bundle_name / (record.bundle_version or "")
        if not folder.is_dir():
            raise BundleError(
                f"the code of {dag.dag_id} version {record.version_number} is gone: there is no {folder}; "
                "clear the run with the newest version",
                dag_id=dag.dag_id,
                version_id=version_id,
            )
        facts = DagFacts(
            workspace=dag.workspace,
            dag_id=dag.dag_id,
            version_id=version_id,
            bundle_path=str(folder),
            relative_fileloc=record.relative_fileloc,
        )
        return VersionCode(facts, {task.task_id: task for task in spec.tasks})
