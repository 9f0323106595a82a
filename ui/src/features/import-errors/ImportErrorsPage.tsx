// DAG files that could not be read, and why.
import { Button } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { PAGE, useLongList } from "@/shared/api/lists";
import type { Schemas } from "@/shared/api/schemas";
import { many } from "@/shared/format/numbers";
import { Copyable } from "@/shared/ui/Copyable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Moment } from "@/shared/ui/Moment";
import { Page } from "@/shared/ui/Page";
import { SearchBox } from "@/shared/ui/SearchBox";
import { given } from "@/shared/ui/search-params";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import { headline } from "./headline";
import classes from "./ImportErrorsPage.module.css";

type ImportError = Schemas["ImportErrorResponse"];

export function ImportErrorsPage() {
  const { search } = useSearch({ from: "/import-errors" });
  const navigate = useNavigate({ from: "/import-errors" });
  const list = useLongList<ImportError>(keys.importErrors(search), async (offset) => {
    const query = given({ limit: PAGE, offset, filename_pattern: search && `%${search}%`, order_by: ["-timestamp"] });
    const page = await data(api.GET("/api/v2/importErrors", { params: { query } }));
    return { rows: page.import_errors, total: page.total_entries };
  });
  return (
    <Page title="Import errors">
      <SearchBox
        label="Search by file"
        value={search}
        onChange={(value) => void navigate({ search: value ? { search: value } : {}, replace: true })}
      />
      {list.error ? (
        <ErrorPanel error={list.error} retry={list.again} />
      ) : list.isPending ? (
        <Loading />
      ) : list.rows.length === 0 ? (
        <EmptyState
          title={search ? "No file with an error has this name" : "Every DAG file could be read"}
          code="tradewind dags list-import-errors"
        >
          A file that can't be read is shown here with its traceback, within a second of its being saved. The DAGs that
          it had before keep running as they were.
        </EmptyState>
      ) : (
        <>
          <p className="faint">
            {many(list.total, "file")} could not be read. Save a repaired file, and it goes from here.
          </p>
          {list.rows.map((row) => (
            <Failed key={row.import_error_id} row={row} isOpen={list.rows.length === 1} />
          ))}
          {list.more && (
            <Button variant="default" onClick={list.more}>
              Show more
            </Button>
          )}
        </>
      )}
    </Page>
  );
}

function Failed({ row, isOpen }: { row: ImportError; isOpen: boolean }) {
  const { error, place } = headline(row.stack_trace, row.filename);
  return (
    <article className={`card ${classes.file}`}>
      <header className={classes.head}>
        <h2 className={`mono ${classes.name}`}>
          <Copyable text={row.filename} />
        </h2>
        <Moment at={row.timestamp} style="relative" />
      </header>
      <p className={classes.error}>{error}</p>
      {place && <pre className={`mono ${classes.place}`}>{place}</pre>}
      <details open={isOpen}>
        <summary>Whole traceback</summary>
        {/* what scrolls must be reachable by the keyboard */}
        <pre className={`mono ${classes.trace}`} tabIndex={0}>
          {row.stack_trace}
        </pre>
      </details>
    </article>
  );
}
