// Asks what is to run again, and shows what that would be before it is done.
import { Checkbox, SegmentedControl, Textarea } from "@mantine/core";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "@/shared/api/keys";
import { many } from "@/shared/format/numbers";
import { Confirm } from "@/shared/ui/confirm";
import { tellDone } from "@/shared/ui/told";
import { ErrorPanel } from "@/shared/ui/whole-page";
import { AffectedList } from "./AffectedList";
import classes from "./act.module.css";
import { type Aim, type ClearChoice, clear, refreshRun } from "./rerun";

const RELATIVES = [
  ["downstream", "Downstream tasks", "All that comes after"],
  ["upstream", "Upstream tasks", "All that comes before"],
  ["future", "Later runs", "The same tasks in runs of later dates"],
  ["past", "Earlier runs", "The same tasks in runs of earlier dates"],
] as const;

export function ClearDialog(given: {
  aim: Aim;
  onClose: () => void;
  onlyFailed?: boolean;
  /** Whether the run has a date, without which there are no earlier and later ones. */
  hasDate?: boolean;
}) {
  const { aim, onClose } = given;
  const client = useQueryClient();
  const [choice, setChoice] = useState<ClearChoice>({
    onlyFailed: given.onlyFailed ?? false,
    upstream: false,
    downstream: aim.taskId !== undefined,
    past: false,
    future: false,
    onLatestVersion: false,
    note: "",
  });
  const { note: _, ...asked } = choice;
  const preview = useQuery({
    queryKey: keys.run(aim.dagId, aim.runId, "clear", aim.taskId, aim.mapIndex, asked),
    queryFn: () => clear(aim, { ...asked, note: "" }, true),
    placeholderData: keepPreviousData,
    staleTime: 0,
    retry: false,
  });
  const what = aim.taskId === undefined ? "run" : aim.taskId;
  const number = preview.data?.length ?? 0;
  return (
    <Confirm
      title={aim.taskId === undefined ? "Clear the run" : `Clear ${what}`}
      yes={number > 0 ? `Clear ${many(number, "instance")}` : "Clear"}
      size="lg"
      isReady={number > 0 && !preview.isPlaceholderData}
      onClose={onClose}
      act={async () => {
        await clear(aim, choice, false);
        refreshRun(client, aim);
        tellDone(`${many(number, "task instance")} will run again`);
      }}
    >
      <p className="faint" style={{ marginTop: 0 }}>
        What is cleared runs again. Its tries and logs so far are kept; what it handed on is forgotten.
      </p>
      <SegmentedControl
        size="xs"
        mb="sm"
        aria-label="Which of them"
        value={choice.onlyFailed ? "failed" : "all"}
        onChange={(value) => setChoice({ ...choice, onlyFailed: value === "failed" })}
        data={[
          { value: "all", label: "All of them" },
          { value: "failed", label: "Only failed" },
        ]}
      />
      <div className={classes.choices}>
        {RELATIVES.filter(([name]) => (aim.taskId !== undefined ? true : name === "future" || name === "past"))
          .filter(([name]) => given.hasDate !== false || (name !== "future" && name !== "past"))
          .map(([name, label, description]) => (
            <Checkbox
              key={name}
              size="xs"
              label={label}
              description={description}
              checked={choice[name]}
              onChange={(event) => setChoice({ ...choice, [name]: event.currentTarget.checked })}
            />
          ))}
        <Checkbox
          size="xs"
          label="Newest version"
          description="Run with the DAG as it is now"
          checked={choice.onLatestVersion}
          onChange={(event) => setChoice({ ...choice, onLatestVersion: event.currentTarget.checked })}
        />
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
        placeholder="Why it runs again, for those who look later"
        maxLength={1000}
        autosize
        value={choice.note}
        onChange={(event) => setChoice({ ...choice, note: event.currentTarget.value })}
      />
    </Confirm>
  );
}
