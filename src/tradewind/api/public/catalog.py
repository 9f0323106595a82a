"""What the parser keeps about files and versions: sources, versions, warnings, import errors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tradewind.api.deps import Call, may
from tradewind.api.models.dags import (
    DAGSourceResponse,
    DAGVersionCollectionResponse,
    DagVersionResponse,
    DAGWarningCollectionResponse,
    ImportErrorCollectionResponse,
    ImportErrorQuery,
    ImportErrorResponse,
    VersionQuery,
    WarningQuery,
)
from tradewind.api.public.dag_shapes import version_record_out
from tradewind.api.wire import listing, reply
from tradewind.db import dags, import_errors, versions
from tradewind.db.engine import Tx
from tradewind.db.import_errors import ImportErrorRecord
from tradewind.db.listing import EVERYTHING, Page
from tradewind.db.runs import dag_names
from tradewind.db.versions import VersionFilter

router = APIRouter()

Reader = Annotated[Call, may("read", "dag")]
ErrorReader = Annotated[Call, may("read", "import_error")]


@router.get(
    "/dagSources/{dag_id}",
    operation_id="get_dag_source",
    response_model=DAGSourceResponse,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    tags=["DagSource"],
)
async def get_dag_source(dag_id: str, request: Request, call: Reader, version_number: int | None = None) -> Response:
    """The text of the DAG file, as it was for a version; without one for the newest."""

    def find(tx: Tx) -> dict[str, object]:
        dag = dags.get_dag(tx, call.dag(dag_id))
        version = versions.version_of_dag(tx, dag.dag, version_number)
        return {
            "content": versions.source_of(tx, version.id),
            "dag_id": dag_id,
            "version_number": version.version_number,
            "dag_display_name": dag.display_name,
        }

    found = await call.read(find)
    if request.headers.get("accept", "").startswith("text/plain"):
        return Response(str(found["content"]), media_type="text/plain")
    return reply(found)


@router.get(
    "/dags/{dag_id}/dagVersions",
    operation_id="get_dag_versions",
    response_model=DAGVersionCollectionResponse,
    tags=["DagVersion"],
)
async def get_dag_versions(dag_id: str, query: Annotated[VersionQuery, Query()], call: Reader) -> Response:
    """Versions of a DAG, or of all DAGs (`~`)."""
    wanted = VersionFilter(
        workspace=call.workspace,
        dag=None if dag_id == "~" else call.dag(dag_id),
        version_numbers=() if query.version_number is None else (query.version_number,),
        bundle_name=query.bundle_name,
        bundle_version=query.bundle_version,
    )
    page = query.page(call.services.settings.api, "id")

    def find(tx: Tx) -> tuple[list[dict[str, object]], int]:
        if dag_id != "~":
            dags.get_dag(tx, call.dag(dag_id))
        found, total = versions.list_versions(tx, wanted, page)
        named = sorted({version.dag.dag_id for version in found})
        names = dag_names(tx, call.workspace, named) if named else {}
        return [version_record_out(one, names.get(one.dag.dag_id, one.dag.dag_id)) for one in found], total

    return listing("dag_versions", *await call.read(find))


@router.get(
    "/dags/{dag_id}/dagVersions/{version_number}",
    operation_id="get_dag_version",
    response_model=DagVersionResponse,
    tags=["DagVersion"],
)
async def get_dag_version(dag_id: str, version_number: int, call: Reader) -> Response:
    """One version of a DAG."""

    def find(tx: Tx) -> dict[str, object]:
        dag = dags.get_dag(tx, call.dag(dag_id))
        return version_record_out(versions.version_of_dag(tx, dag.dag, version_number), dag.display_name)

    return reply(await call.read(find))


@router.get(
    "/dagWarnings", operation_id="list_dag_warnings", response_model=DAGWarningCollectionResponse, tags=["DagWarning"]
)
async def list_dag_warnings(query: Annotated[WarningQuery, Query()], call: Reader) -> Response:
    """What a person should look at in DAGs that work otherwise."""
    page = query.page(call.services.settings.api, "dag_id")

    def find(tx: Tx) -> tuple[list[dict[str, object]], int]:
        found, total = dags.list_warnings(tx, call.workspace, query.dag_id, query.warning_type, page)
        return [
            {
                "dag_id": one.dag_id,
                "dag_display_name": one.dag_display_name,
                "warning_type": one.warning_type,
                "message": one.message,
                "timestamp": one.timestamp,
            }
            for one in found
        ], total

    return listing("dag_warnings", *await call.read(find))


def import_error_out(record: ImportErrorRecord) -> dict[str, object]:
    """`ImportErrorResponse`."""
    return {
        "import_error_id": record.id,
        "timestamp": record.timestamp,
        "filename": record.fileloc,
        "bundle_name": record.bundle_name,
        "stack_trace": record.stacktrace,
    }


@router.get(
    "/importErrors",
    operation_id="get_import_errors",
    response_model=ImportErrorCollectionResponse,
    tags=["Import Error"],
)
async def get_import_errors(query: Annotated[ImportErrorQuery, Query()], call: ErrorReader) -> Response:
    """Files that could not be imported."""
    page = query.page(call.services.settings.api, "id")
    pattern, prefix = query.filename_pattern, query.filename_prefix_pattern

    def find(tx: Tx) -> tuple[list[ImportErrorRecord], int]:
        if query.filename is None and query.bundle_name is None:
            return import_errors.list_import_errors(tx, call.workspace, page, pattern=pattern, prefix=prefix)
        everything = Page(EVERYTHING.limit, 0, page.order_by)
        found, _ = import_errors.list_import_errors(tx, call.workspace, everything, pattern=pattern, prefix=prefix)
        found = [
            one
            for one in found
            if query.filename in {None, one.fileloc, one.relative_fileloc}
            and query.bundle_name in {None, one.bundle_name}
        ]
        return found[page.offset : page.offset + page.limit], len(found)

    found, total = await call.read(find)
    return listing("import_errors", [import_error_out(one) for one in found], total)


@router.get(
    "/importErrors/{import_error_id}",
    operation_id="get_import_error",
    response_model=ImportErrorResponse,
    tags=["Import Error"],
)
async def get_import_error(import_error_id: int, call: ErrorReader) -> Response:
    """Why one file could not be imported."""
    found = await call.read(lambda tx: import_errors.get_import_error(tx, call.workspace, import_error_id))
    return reply(import_error_out(found))
