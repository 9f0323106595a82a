import { createFileRoute } from "@tanstack/react-router";
import { LoginPage } from "@/features/login/LoginPage";

export const Route = createFileRoute("/login")({
  component: LoginPage,
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    typeof search.next === "string" ? { next: search.next } : {},
});
