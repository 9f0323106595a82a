// Why something waits, does not run, or ended as it did: what the server says, with what helps.
import { Button, Loader, Popover } from "@mantine/core";
import { IconHelpCircle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Schemas } from "@/shared/api/schemas";
import { ErrorPanel } from "@/shared/ui/whole-page";
import classes from "./Why.module.css";

export interface WhyOf {
  dagId: string;
  runId: string;
  /** None: the run itself is asked about. */
  taskId?: string;
  mapIndex?: number;
}

function ask(of: WhyOf): Promise<Schemas["WhyResponse"]> {
  const path = { dag_id: of.dagId, dag_run_id: of.runId };
  if (of.taskId === undefined)
    return data(api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/why", { params: { path } }));
  return data(
    api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/why", {
      params: { path: { ...path, task_id: of.taskId }, query: { map_index: of.mapIndex ?? -1 } },
    }),
  );
}

/** The causes, the most decisive first. */
export function WhyPanel({ of }: { of: WhyOf }) {
  const { dagId, runId, taskId, mapIndex } = of;
  const key =
    taskId === undefined ? keys.run(dagId, runId, "why") : keys.task(dagId, runId, taskId, mapIndex ?? -1, "why");
  const why = useQuery({ queryKey: key, queryFn: () => ask(of) });
  if (why.error) return <ErrorPanel error={why.error} retry={() => void why.refetch()} />;
  if (!why.data) return <Loader size="xs" m="sm" />;
  if (why.data.causes.length === 0) return <p className={classes.none}>Nothing holds it back.</p>;
  return <Causes causes={why.data.causes} />;
}

function Causes({ causes }: { causes: Schemas["CauseOut"][] }) {
  return (
    <ul className={classes.causes}>
      {causes.map((cause) => (
        <li key={`${cause.code} ${cause.sentence}`}>
          <div>{cause.sentence}</div>
          {cause.fix && <div className={classes.fix}>{cause.fix}</div>}
          {cause.because.length > 0 && <Causes causes={cause.because} />}
        </li>
      ))}
    </ul>
  );
}

/** A button that says why when it is pressed. */
export function WhyButton({ of, label = "Why?" }: { of: WhyOf; label?: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover opened={isOpen} onChange={setOpen} width={440} position="bottom-start" withArrow shadow="md" trapFocus>
      <Popover.Target>
        <Button
          size="compact-xs"
          variant="light"
          leftSection={<IconHelpCircle size={13} />}
          onClick={() => setOpen(!isOpen)}
          aria-label={of.taskId === undefined ? "Why is the run in this state?" : `Why is ${of.taskId} in this state?`}
        >
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0}>{isOpen && <WhyPanel of={of} />}</Popover.Dropdown>
    </Popover>
  );
}
