// What waits for a person: each question with its form; and what was answered before.
import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { AnswerForm, type Question } from "@/shared/hitl/AnswerForm";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Moment } from "@/shared/ui/Moment";
import { Page } from "@/shared/ui/Page";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";

const ASK = `from tradewind.providers.standard.operators.hitl import ApprovalOperator

approve = ApprovalOperator(task_id="approve", subject="Ship it?")`;
const MOST = 100;

export function ApprovalsPage() {
  const { show } = useSearch({ from: "/approvals" });
  const navigate = useNavigate({ from: "/approvals" });
  const isAnswered = show === "answered";
  const list = useQuery({
    queryKey: [...keys.home, "approvals", isAnswered],
    queryFn: () =>
      data(
        api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/hitlDetails", {
          params: {
            path: { dag_id: "~", dag_run_id: "~" },
            query: {
              limit: MOST,
              order_by: [isAnswered ? "-created_at" : "created_at"],
              response_received: isAnswered,
              ...(isAnswered ? {} : { state: ["awaiting_input" as const] }),
            },
          },
        }),
      ),
  });
  const found = list.data?.hitl_details ?? [];
  return (
    <Page
      title="Approvals"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Which questions"
          value={isAnswered ? "answered" : "open"}
          onChange={(value) => void navigate({ search: value === "answered" ? { show: "answered" } : {} })}
          data={[
            { value: "open", label: "Waiting" },
            { value: "answered", label: "Answered" },
          ]}
        />
      }
    >
      {list.error ? (
        <ErrorPanel error={list.error} retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Loading />
      ) : found.length === 0 ? (
        <EmptyState
          title={isAnswered ? "Nothing was answered yet" : "Nobody is waited for"}
          {...(isAnswered ? {} : { code: ASK })}
        >
          A task can ask a person, and waits for the answer without taking a slot. What it asks is shown here.
        </EmptyState>
      ) : isAnswered ? (
        <Answered rows={found} />
      ) : (
        found.map((question) => (
          <article key={question.task_instance.id} className="card" style={{ padding: 16 }}>
            <div style={{ fontSize: 13, marginBottom: 8 }}>
              <TaskLink question={question} />
            </div>
            <AnswerForm
              of={{
                dagId: question.task_instance.dag_id,
                runId: question.task_instance.dag_run_id,
                taskId: question.task_instance.task_id,
                mapIndex: question.task_instance.map_index,
              }}
              question={question}
            />
          </article>
        ))
      )}
    </Page>
  );
}

function TaskLink({ question }: { question: Question }) {
  const { dag_id: dagId, dag_run_id: runId, task_id: taskId, map_index: index } = question.task_instance;
  return (
    <Link
      to="/dags/$dagId/runs/$runId/tasks/$taskId"
      params={{ dagId, runId, taskId }}
      search={index >= 0 ? { map_index: index } : {}}
    >
      {dagId} › {runId} › {taskId}
      {index >= 0 && ` [${index}]`}
    </Link>
  );
}

function Answered({ rows }: { rows: Question[] }) {
  const columns: Column<Question>[] = [
    { id: "subject", header: "Question", width: "minmax(140px, 2fr)", cell: (one) => one.subject },
    {
      id: "answer",
      header: "Answer",
      width: "minmax(90px, 1fr)",
      cell: (one) => (one.chosen_options ?? []).join(", "),
    },
    {
      id: "by",
      header: "By",
      isMinor: true,
      width: "140px",
      cell: (one) => one.responded_by_user?.name ?? "the defaults",
    },
    { id: "at", header: "When", width: "130px", cell: (one) => <Moment at={one.responded_at} /> },
    {
      id: "task",
      header: "Task",
      isMinor: true,
      width: "minmax(200px, 2fr)",
      cell: (one) => <TaskLink question={one} />,
    },
  ];
  return <DataTable label="Answered" rows={rows} columns={columns} rowKey={(one) => one.task_instance.id} />;
}
