// One asset: what makes it, what it starts, its last events, and what still waits for more.
import { Button } from "@mantine/core";
import { IconBellRinging, IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { dagUrl, runUrl, taskUrl } from "@/shared/addresses";
import { count, many } from "@/shared/format/numbers";
import { CodeToCopy, Copyable } from "@/shared/ui/Copyable";
import { Confirm } from "@/shared/ui/confirm";
import { Gated } from "@/shared/ui/Gated";
import { Moment } from "@/shared/ui/Moment";
import { Page, Section } from "@/shared/ui/Page";
import { StateIcon } from "@/shared/ui/StateIcon";
import { tellDone } from "@/shared/ui/told";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import classes from "./Assets.module.css";
import Lineage from "./Lineage";
import { type Asset, type AssetEvent, assetQuery, materialize, tellOfEvent } from "./queries";

export function AssetPage({ assetId }: { assetId: number }) {
  const { data: asset, error, refetch } = useQuery(assetQuery(assetId));
  if (!asset) {
    return <Page title="Asset">{error ? <ErrorPanel error={error} retry={() => void refetch()} /> : <Loading />}</Page>;
  }
  return (
    <Page
      title={asset.name}
      above={
        <div className="faint">
          <Link to="/assets">Assets</Link>
        </div>
      }
      actions={<Actions asset={asset} />}
    >
      <div className={classes.facts}>
        <span>
          <span className="faint">URI </span>
          <Copyable text={asset.uri}>
            <span className="mono">{asset.uri}</span>
          </Copyable>
        </span>
        <span>
          <span className="faint">Group </span>
          {asset.group}
        </span>
        <span>
          <span className="faint">Updated </span>
          {asset.events[0] ? <Moment at={asset.events[0].timestamp} style="relative" /> : "never"}
        </span>
        <span>
          <span className="faint">Events </span>
          {count(asset.total_events)}
        </span>
      </div>
      <Lineage graph={asset.graph} center={`asset:${assetId}`} height="290px" />
      {asset.queued.length > 0 && <Waiting asset={asset} />}
      <Section title="Events" actions={<span className="faint">the last {count(asset.events.length)}</span>}>
        {asset.events.length === 0 ? (
          <p className={classes.none}>
            It was never updated. A task that names it in its <code>outlets</code> updates it when it succeeds.
          </p>
        ) : (
          <ul className={classes.events}>
            {asset.events.map((event) => (
              <EventLine key={event.id} event={event} />
            ))}
          </ul>
        )}
      </Section>
      {asset.extra !== "{}" && (
        <Section title="Extra">
          <div className={classes.extra}>
            <CodeToCopy code={asset.extra} />
          </div>
        </Section>
      )}
    </Page>
  );
}

function Waiting({ asset }: { asset: Asset }) {
  return (
    <Section title="Waiting for the rest of a condition">
      <ul className={classes.events}>
        {asset.queued.map((one) => (
          <li key={one.dag_id} className={classes.event}>
            <Link to={dagUrl(one.dag_id)}>{one.dag_id}</Link>
            <span>
              {many(one.count, "event")} since <Moment at={one.since} />
            </span>
            <span className="faint">it runs when all that it waits for was updated</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function EventLine({ event }: { event: AssetEvent }) {
  return (
    <li className={classes.event}>
      <span className={classes.when}>
        <Moment at={event.timestamp} />
      </span>
      <span className={`ellipsis ${classes.source}`}>
        {event.dag_id && event.run_id && event.task_id ? (
          <Link to={taskUrl(event.dag_id, event.run_id, event.task_id)} title={event.run_id}>
            {event.dag_id} · {event.task_id}
            {event.map_index >= 0 && ` [${event.map_index}]`}
          </Link>
        ) : (
          (event.told_by ?? "told from outside")
        )}
      </span>
      <span className={classes.started}>
        {event.started.length > 0 ? "started " : <span className="faint">started nothing yet</span>}
        {event.started.map(([dagId, runId, state]) => (
          <Link key={`${dagId} ${runId}`} to={runUrl(dagId, runId)} title={runId} className={classes.run}>
            <StateIcon state={state} size={12} /> {dagId}
          </Link>
        ))}
      </span>
      {event.partition_key && <span className="mono">{event.partition_key}</span>}
      {event.extra && (
        <span className="mono faint ellipsis" title={event.extra}>
          {event.extra}
        </span>
      )}
    </li>
  );
}

function Actions({ asset }: { asset: Asset }) {
  const [asked, setAsked] = useState<"make" | "tell">();
  const navigate = useNavigate();
  const [maker] = asset.made_by;
  const make = async (): Promise<void> => {
    const run = await materialize(asset.id);
    tellDone(`A run of ${run.dag_id} was asked for.`);
    await navigate({ to: runUrl(run.dag_id, run.run_id) });
  };
  const tell = async (): Promise<void> => {
    await tellOfEvent(asset.id);
    tellDone(`${asset.name} counts as updated.`);
  };
  return (
    <>
      <Gated needs="create:asset">
        <Button variant="default" leftSection={<IconBellRinging size={14} />} onClick={() => setAsked("tell")}>
          Mark as updated
        </Button>
      </Gated>
      <Gated needs="create:asset">
        <Button
          leftSection={<IconPlayerPlay size={14} />}
          title={maker ? `Runs ${maker.dag_id}` : "No DAG here makes it"}
          disabled={maker === undefined}
          onClick={() => setAsked("make")}
        >
          Materialise
        </Button>
      </Gated>
      {asked === "make" && (
        <Confirm title={`Make ${asset.name} anew`} yes="Run" act={make} onClose={() => setAsked(undefined)}>
          A run of <b>{maker?.dag_id}</b> is started, with all of its tasks.
        </Confirm>
      )}
      {asked === "tell" && (
        <Confirm
          title={`Mark ${asset.name} as updated`}
          yes="Mark as updated"
          act={tell}
          onClose={() => setAsked(undefined)}
        >
          {asset.starts.length > 0 ? (
            <>
              As if a task had updated it. {asset.starts.join(", ")} will run, as soon as all that they wait for was
              updated.
            </>
          ) : (
            "As if a task had updated it. No DAG waits for it."
          )}
        </Confirm>
      )}
    </>
  );
}
