// Asks how a task is to count, and shows what else that would change.
import { Checkbox, SegmentedControl, Textarea } from "@mantine/core";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { many } from "@/shared/format/numbers";
import { Confirm } from "@/shared/ui/confirm";
import { tellDone } from "@/shared/ui/told";
import { ErrorPanel } from "@/shared/ui/whole-page";
import { AffectedList } from "./AffectedList";
import classes from "./act.module.css";
import { type Aim, type EndState, type MarkChoice, mark, refreshRun } from "./rerun";

const RELATIVES = [
  ["downstream", "Downstream tasks"],
  ["upstream", "Upstream tasks"],
  ["future", "Later runs"],
  ["past", "Earlier runs"],
] as const;

export function MarkDialog(given: {
  aim: Aim & { taskId: string };
  state: EndState;
  onClose: () => void;
  hasDate?: boolean;
}) {
  const { aim, onClose } = given;
  const client = useQueryClient();
  const [choice, setChoice] = useState<MarkChoice>({
    state: given.state,
    upstream: false,
    downstream: false,
    past: false,
    future: false,
    note: "",
  });
  const { note: _, ...asked } = choice;
  const preview = useQuery({
    queryKey: keys.run(aim.dagId, aim.runId, "mark", aim.taskId, aim.mapIndex, asked),
    queryFn: async () => {
      try {
        return await mark(aim, { ...asked, note: "" }, true);
      } catch (error) {
        // All of them are in that state already: nothing would change.
        if (error instanceof ApiError && error.status === 409) return [];
        throw error;
      }
    },
    placeholderData: keepPreviousData,
    staleTime: 0,
    retry: false,
  });
  const number = preview.data?.length ?? 0;
  return (
    <Confirm
      title={`Mark ${aim.taskId}`}
      yes={`Mark as ${choice.state}`}
      size="lg"
      isDangerous={choice.state === "failed"}
      isReady={number > 0 && !preview.isPlaceholderData}
      onClose={onClose}
      act={async () => {
        await mark(aim, choice, false);
        refreshRun(client, aim);
        tellDone(`${many(number, "task instance")} marked as ${choice.state}`);
      }}
    >
      <p className="faint" style={{ marginTop: 0 }}>
        Nothing is run. What is running is stopped, and what waits goes on as if it had ended so.
      </p>
      <SegmentedControl
        size="xs"
        mb="sm"
        aria-label="State"
        value={choice.state}
        onChange={(state) => setChoice({ ...choice, state: state as EndState })}
        data={["success", "failed", "skipped"]}
      />
      <div className={classes.choices}>
        {RELATIVES.filter(([name]) => given.hasDate !== false || (name !== "future" && name !== "past")).map(
          ([name, label]) => (
            <Checkbox
              key={name}
              size="xs"
              label={label}
              checked={choice[name]}
              onChange={(event) => setChoice({ ...choice, [name]: event.currentTarget.checked })}
            />
          ),
        )}
      </div>
      {preview.error ? (
        <ErrorPanel error={preview.error} />
      ) : (
        <AffectedList affected={preview.data} isLoading={preview.isFetching} here={`${aim.dagId} · ${aim.runId}`} />
      )}
      <Textarea
        mt="sm"
        size="xs"
        label="Note"
        placeholder="Why, for those who look later"
        maxLength={1000}
        autosize
        value={choice.note}
        onChange={(event) => setChoice({ ...choice, note: event.currentTarget.value })}
      />
    </Confirm>
  );
}
