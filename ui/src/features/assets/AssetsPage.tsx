// All assets: when each was updated last, who makes it and what it starts; as a list, or drawn across all DAGs.
import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { assetUrl, dagUrl } from "@/shared/addresses";
import { keys } from "@/shared/api/keys";
import { many } from "@/shared/format/numbers";
import { usePages } from "@/shared/pages";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Moment } from "@/shared/ui/Moment";
import { Page } from "@/shared/ui/Page";
import { SearchBox } from "@/shared/ui/SearchBox";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import classes from "./Assets.module.css";
import { type AssetRow, type AssetsAnswer, graphQuery, PAGE, readAssets } from "./queries";
import { type AssetsSearch, assetsSearch } from "./search";

const Lineage = lazy(() => import("./Lineage"));

const FIRST_ASSET = `from tradewind import Asset, dag, task

ORDERS = Asset("orders", uri="s3://shop/orders.parquet")


@dag(schedule="@hourly")
def load_orders():
    @task(outlets=[ORDERS])
    def load(): ...

    load()


@dag(schedule=[ORDERS])  # runs whenever orders were updated
def report(): ...
`;

const COLUMNS: Column<AssetRow>[] = [
  {
    id: "name",
    header: "Asset",
    sort: "name",
    width: "minmax(130px, 2fr)",
    cell: (asset) => (
      <>
        <Link to={assetUrl(asset.id)} className={classes.name}>
          {asset.name}
        </Link>
        {asset.uri !== asset.name && <span className={`faint mono ${classes.uri}`}>{asset.uri}</span>}
      </>
    ),
  },
  {
    id: "group",
    isMinor: true,
    header: "Group",
    width: "110px",
    cell: (asset) => <span className={classes.group}>{asset.group}</span>,
  },
  {
    id: "last",
    header: "Last updated",
    width: "110px",
    cell: (asset) =>
      asset.last_event_at ? <Moment at={asset.last_event_at} style="relative" /> : <span className="faint">never</span>,
  },
  {
    id: "made",
    header: "Made by",
    width: "minmax(120px, 1.2fr)",
    cell: (asset) => <Dags names={[...new Set(asset.made_by.map((use) => use.dag_id))]} none="nobody here" />,
  },
  {
    id: "starts",
    header: "Starts",
    width: "minmax(120px, 1.2fr)",
    cell: (asset) => <Dags names={asset.starts} none="–" />,
  },
  {
    id: "queued",
    isMinor: true,
    header: "Waiting",
    width: "90px",
    align: "end",
    cell: (asset) =>
      asset.queued > 0 ? (
        <span title="Events that wait for the rest of a DAG's condition">{many(asset.queued, "event")}</span>
      ) : (
        <span className="faint">–</span>
      ),
  },
];

function Dags({ names, none }: { names: string[]; none: string }) {
  if (names.length === 0) return <span className="faint">{none}</span>;
  return (
    <>
      {names.map((name, index) => (
        <span key={name}>
          {index > 0 && ", "}
          <Link to={dagUrl(name)}>{name}</Link>
        </span>
      ))}
    </>
  );
}

export function AssetsPage({ search, onSearch }: { search: AssetsSearch; onSearch: (search: AssetsSearch) => void }) {
  return (
    <Page
      title="Assets"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="View"
          value={search.tab ?? "list"}
          onChange={(tab) => onSearch(assetsSearch({ ...search, tab }))}
          data={[
            { value: "list", label: "List" },
            { value: "graph", label: "Graph" },
          ]}
        />
      }
    >
      <SearchBox
        label="Search by name"
        value={search.search}
        onChange={(name) => onSearch(assetsSearch({ ...search, search: name }))}
      />
      {search.tab === "graph" ? <WholeGraph q={search.search ?? ""} /> : <List search={search} onSearch={onSearch} />}
    </Page>
  );
}

function List({ search, onSearch }: { search: AssetsSearch; onSearch: (search: AssetsSearch) => void }) {
  const { search: q = "", sort = "name" } = search;
  const pages = usePages<AssetsAnswer, AssetRow>({
    queryKey: keys.assets("page", q, sort),
    size: PAGE,
    read: (offset, limit) => readAssets(q, sort, offset, limit),
    rowsOf: (page) => page.assets,
  });
  if (pages.error) return <ErrorPanel error={pages.error} retry={pages.retry} />;
  if (pages.isLoading) return <Loading />;
  return (
    <DataTable
      label="Assets"
      rows={pages.rows}
      total={pages.total}
      columns={COLUMNS}
      rowKey={(asset) => String(asset.id)}
      onRange={pages.onRange}
      sorting={{ by: sort, onChange: (by) => onSearch(assetsSearch({ ...search, sort: by })) }}
      empty={
        q ? (
          <EmptyState title="No asset has this in its name" />
        ) : (
          <EmptyState title="There are no assets yet" code={FIRST_ASSET}>
            An asset is a piece of data. A task says that it makes it; a DAG that waits for it runs when it was updated.
          </EmptyState>
        )
      }
    />
  );
}

function WholeGraph({ q }: { q: string }) {
  const { data: graph, error, refetch } = useQuery(graphQuery);
  if (error) return <ErrorPanel error={error} retry={() => void refetch()} />;
  if (!graph) return <Loading />;
  if (graph.nodes.length === 0) return <EmptyState title="There are no assets yet" code={FIRST_ASSET} />;
  return (
    <>
      {!graph.is_whole && <p className="faint">The first 500 assets are drawn. Open one to see all around it.</p>}
      <Suspense fallback={<Loading />}>
        <Lineage graph={graph} marked={q} height="calc(100vh - 190px)" />
      </Suspense>
    </>
  );
}
