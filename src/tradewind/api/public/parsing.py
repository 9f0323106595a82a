"""Having a DAG file parsed again."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from typing import Annotated

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from tradewind.api.deps import Audit, Call, may
from tradewind.api.wire import created
from tradewind.base.errors import InvalidInput, NotFound
from tradewind.db.dag_files import dags_in_file
from tradewind.db.engine import Tx

router = APIRouter(tags=["DAG Parsing"])


class _Named(msgspec.Struct, frozen=True):
    """What a token says: see `file_token` of a DAG."""

    bundle_name: str
    relative_fileloc: str


@router.put("/parseDagFile/{file_token}", operation_id="reparse_dag_file", response_model=None, status_code=201)
async def reparse_dag_file(file_token: str, call: Annotated[Call, may("edit", "dag")]) -> Response:
    """Parse a file again, changed or not; the token is the `file_token` of a DAG in it."""
    named = _named(file_token)
    reparse = call.services.reparse

    def check(tx: Tx) -> None:
        inside = dags_in_file(tx, call.workspace, named.bundle_name, named.relative_fileloc)
        if not inside:
            raise NotFound("The token names no file that DAGs were found in; take the file_token of a DAG")
        for dag_id in inside:
            call.check("edit", "dag", dag_id)

    if reparse is None:
        raise InvalidInput(
            "nothing parses DAG files here: no server runs; start one, or use `tradewind dags reserialize`"
        )
    audit = Audit(event="reparse_dag_file", extra={"file": named.relative_fileloc})
    await call.write(audit, check)
    reparse(named.relative_fileloc)
    return created(None)


def _named(token: str) -> _Named:
    try:
        return msgspec.json.decode(urlsafe_b64decode(token), type=_Named)
    except (ValueError, msgspec.MsgspecError) as error:
        raise NotFound("This is no file_token of a DAG") from error
