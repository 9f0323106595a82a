// The log of one task instance: a button for each try, the newest unless another is asked for.
import { SegmentedControl } from "@mantine/core";
import { LogView } from "@/shared/log/LogView";
import { lookOf } from "@/shared/states";
import { StateIcon } from "@/shared/ui/StateIcon";
import { WhyPanel } from "@/shared/why/Why";
import type { TaskTry, TaskView } from "./queries";

/** The try whose log is shown: the one asked for, else the last that there is. */
export function tryShown(tries: readonly TaskTry[], asked: number | undefined): TaskTry | undefined {
  return tries.find((one) => one.try_number === asked) ?? tries.at(-1);
}

export function InstanceLog(given: {
  dagId: string;
  runId: string;
  taskId: string;
  mapIndex: number;
  view: TaskView;
  tryNumber: number | undefined;
  onTry: (tryNumber: number) => void;
  at: number | undefined;
  onAt: (at: number | undefined) => void;
  height: string;
}) {
  const { dagId, runId, taskId, mapIndex, view } = given;
  const shown = tryShown(view.tries, given.tryNumber);
  if (!shown) {
    return (
      <div>
        <p className="faint" style={{ padding: "10px 14px 0", margin: 0 }}>
          It has not run, so there is no log.
        </p>
        <WhyPanel of={{ dagId, runId, taskId, mapIndex }} />
      </div>
    );
  }
  return (
    <LogView
      key={`${dagId} ${runId} ${taskId} ${mapIndex} ${shown.try_number}`}
      of={{ dagId, runId, taskId, mapIndex, tryNumber: shown.try_number }}
      at={given.at}
      onAt={given.onAt}
      height={given.height}
    >
      {view.tries.length > 1 ? (
        <SegmentedControl
          size="xs"
          aria-label="Try"
          value={String(shown.try_number)}
          onChange={(value) => given.onTry(Number(value))}
          data={view.tries.map((one) => ({
            value: String(one.try_number),
            label: (
              <span style={{ display: "inline-flex", gap: 4, alignItems: "center" }}>
                <StateIcon state={one.state} size={12} label={false} />
                Try {one.try_number}
                <span className="sr-only">{lookOf(one.state).word}</span>
              </span>
            ),
          }))}
        />
      ) : (
        <span className="faint" style={{ fontSize: 13 }}>
          Try {shown.try_number}
        </span>
      )}
    </LogView>
  );
}
