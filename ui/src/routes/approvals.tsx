import { createFileRoute } from "@tanstack/react-router";
import { ApprovalsPage } from "@/features/approvals/ApprovalsPage";

export const Route = createFileRoute("/approvals")({
  component: ApprovalsPage,
  validateSearch: (search: Record<string, unknown>): { show?: "answered" } =>
    search.show === "answered" ? { show: "answered" } : {},
});
