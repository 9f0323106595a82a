// The frame of all pages; the one that asks who one is stands alone.
import { createRootRoute, Outlet, useLocation } from "@tanstack/react-router";
import { Shell } from "@/shell/Shell";

export const Route = createRootRoute({ component: Root });

function Root() {
  const { pathname } = useLocation();
  return pathname === "/login" ? <Outlet /> : <Shell />;
}
