// The routes of src/routes, under the address of the workspace.
import { createRouter } from "@tanstack/react-router";
import { basepath } from "@/shared/api/place";
import { Loading, NotFound, PageError } from "@/shared/ui/whole-page";
import { routeTree } from "./routeTree.gen";

export const router = createRouter({
  routeTree,
  basepath,
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 150,
  defaultPendingMinMs: 0,
  scrollRestoration: true,
  defaultPendingComponent: Loading,
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: NotFound,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
