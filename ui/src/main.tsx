// Where the page begins.
import "@mantine/core/styles.css";
import "./theme.css";
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./queries";
import { router } from "./router";
import { keys } from "./shared/api/keys";
import { startLive } from "./shared/api/live";
import { useAfterFirst } from "./shared/ui/useAfterFirst";
import { theme, variables } from "./theme";

// Who may not hear of changes has perhaps logged out beside this page: asking who one is leads to the log-in then.
if (window.location.pathname !== "/login") startLive(() => void queryClient.invalidateQueries({ queryKey: keys.me }));

const Words = lazy(() => import("./shared/ui/Words"));
const schemes = localStorageColorSchemeManager({ key: "tradewind-color-scheme" });
const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

function WordsLater() {
  const isTime = useAfterFirst();
  return <Suspense>{isTime && <Words />}</Suspense>;
}

function draw(into: HTMLElement): void {
  createRoot(into).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={variables}
        defaultColorScheme="auto"
        colorSchemeManager={schemes}
      >
        <WordsLater />
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

// Drawn before the code of its route is there, the page would be drawn twice.
void router.load().finally(() => draw(root));
