// A value as what it is: a plot, a table, a picture, a text, else a tree.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { ApiError } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { count, size } from "@/shared/format/numbers";
import { JsonTree } from "@/shared/ui/JsonTree";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import { ChartView } from "./ChartView";
import { asChart, asPicture, asStored, asTable, isText, type Stored, type Table, untagged } from "./shapes";
import classes from "./Values.module.css";

/** Bytes of a file that is shown without being asked for, and of one that is shown at all. */
const AT_ONCE = 2_000_000;
const MOST = 40_000_000;
const AS_JSON = new Set(["json", "plotly", "vega", "vega-lite"]);

/** Where the file of a value is had, by its name. */
export type FileAt = (name: string) => string;

export function Shown({ value, name, fileAt }: { value: unknown; name: string; fileAt: FileAt }) {
  const plain = useMemo(() => untagged(value), [value]);
  const picture = asPicture(value);
  const chart = useMemo(() => asChart(plain), [plain]);
  if (picture) return <img src={picture} alt={name} className={classes.picture} />;
  if (chart) return <ChartView chart={chart} name={name} />;
  const table = asTable(plain);
  if (table) return <Rows {...table} />;
  if (isText(plain)) return <pre className={classes.words}>{plain}</pre>;
  const files = filesIn(plain);
  return (
    <>
      <JsonTree value={files.length > 0 ? named(plain) : plain} />
      {files.map(([path, stored]) => (
        <figure key={path} className={classes.inside}>
          <figcaption className="mono faint">
            {path} · {aboutOf(stored)}
          </figcaption>
          <ShownFile stored={stored} name={path} fileAt={fileAt} />
        </figure>
      ))}
    </>
  );
}

/** What is known of a value that is a file, and the file itself where it can be looked at. */
export function ShownFile({ stored, name, fileAt }: { stored: Stored; name: string; fileAt: FileAt }) {
  if (stored.media_type?.startsWith("image/")) {
    return <img src={fileAt(stored.name)} alt={name} className={classes.picture} loading="lazy" />;
  }
  if (AS_JSON.has(stored.format)) return <FromFile stored={stored} name={name} fileAt={fileAt} />;
  const table = asTable(stored.head);
  if (!table) return <JsonTree value={stored.head ?? stored} />;
  const all = stored.shape?.[0] ?? 0;
  return (
    <>
      <Rows columns={stored.columns ?? table.columns} rows={table.rows} />
      {all > table.rows.length && (
        <div className={classes.more}>
          the first {table.rows.length} of {count(all)} rows; the file has all of them
        </div>
      )}
    </>
  );
}

function FromFile({ stored, name, fileAt }: { stored: Stored; name: string; fileAt: FileAt }) {
  const at = fileAt(stored.name);
  const bytes = stored.bytes ?? 0;
  const [isWanted, setWanted] = useState(bytes <= AT_ONCE && stored.format !== "json");
  const content = useQuery({
    queryKey: keys.admin("xcom-file", at),
    enabled: isWanted,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<unknown> => {
      const answer = await fetch(at, { signal });
      if (!answer.ok) throw new ApiError(answer.status, `The server answered ${answer.status}.`);
      return answer.json();
    },
  });
  const chart = useMemo((): ReturnType<typeof asChart> => {
    if (stored.format === "json" || content.data === undefined) return undefined;
    return asChart(content.data) ?? { kind: stored.format as "plotly", drawing: content.data as never };
  }, [stored.format, content.data]);
  if (bytes > MOST) {
    return <p className={classes.word}>It is {size(bytes)}: too much for a page. Download it to look at it.</p>;
  }
  if (content.error) return <ErrorPanel error={content.error} retry={() => void content.refetch()} />;
  if (chart) return <ChartView chart={chart} name={name} />;
  if (content.data !== undefined) return <Shown value={content.data} name={name} fileAt={fileAt} />;
  if (isWanted) return <Loading />;
  return (
    <Button size="compact-xs" variant="default" onClick={() => setWanted(true)}>
      Show all {size(bytes)}
    </Button>
  );
}

function Rows({ columns, rows }: Table) {
  return (
    <div className={classes.tableFrame} tabIndex={0}>
      <table className={classes.rows}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column}>{column}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a value have no names and do not move
            <tr key={at}>
              {columns.map((column) => (
                <td key={column} data-number={typeof row[column] === "number"}>
                  {row[column] === null ? <span className="faint">null</span> : String(row[column] ?? "")}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The files that are named somewhere inside of a value, each with where. */
function filesIn(value: unknown, path = ""): [string, Stored][] {
  if (value === null || typeof value !== "object") return [];
  const stored = asStored(value);
  if (stored) return [[path || "value", stored]];
  return Object.entries(value).flatMap(([key, one]) => filesIn(one, path ? `${path}.${key}` : key));
}

/** The value with each file in it told in words. */
function named(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  const stored = asStored(value);
  if (stored) return aboutOf(stored);
  if (Array.isArray(value)) return value.map(named);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, named(one)]));
}

/** A stored value in a few words: library and type, shape or pixels, bytes. */
export function aboutOf(stored: Stored): string {
  const shape = stored.shape ? stored.shape.map(count).join(" × ") : "";
  const pixels = stored.width && stored.height ? `${stored.width} × ${stored.height}` : "";
  return [
    `${stored.library ?? ""} ${stored.type ?? stored.format}`.trim(),
    shape || pixels,
    stored.bytes ? size(stored.bytes) : "",
  ]
    .filter(Boolean)
    .join(" · ");
}
