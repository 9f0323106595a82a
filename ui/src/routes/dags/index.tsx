import { createFileRoute } from "@tanstack/react-router";
import { DagsPage } from "@/features/dags/DagsPage";

export const Route = createFileRoute("/dags/")({ component: DagsPage });
