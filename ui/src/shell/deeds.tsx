// What the palette can do beside leading to pages: add things, change the colours, log out.
import {
  IconCalendarPlus,
  IconKey,
  IconKeyboard,
  IconLogout,
  IconMoon,
  type IconProps,
  IconRobot,
  IconRotateClockwise2,
  IconUserPlus,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import type { Me } from "@/shared/api/may";
import { refusalOf } from "@/shared/api/may";
import { ADMIN } from "./nav";

export interface Deed {
  label: string;
  icon: ComponentType<IconProps>;
  /** As `action:resource`. */
  needs?: string;
  act: () => unknown;
}

export interface Means {
  go: (to: string, search?: Record<string, unknown>) => void;
  showShortcuts: () => void;
  switchColours: () => void;
  logOut: () => unknown;
}

/** What can be done from everywhere. */
export function deedsOf({ go, showShortcuts, switchColours, logOut }: Means): Deed[] {
  const add = (to: string, one: string, resource: string): Deed => ({
    label: `Add ${one}`,
    icon: ADMIN.find((place) => place.to === to)?.icon ?? IconCalendarPlus,
    needs: `create:${resource}`,
    act: () => go(to, { add: 1 }),
  });
  return [
    add("/connections", "a connection", "connection"),
    add("/variables", "a variable", "variable"),
    add("/pools", "a pool", "pool"),
    {
      label: "Add a user",
      icon: IconUserPlus,
      needs: "create:user",
      act: () => go("/users", { tab: "users", add: 1 }),
    },
    {
      label: "Add a service account",
      icon: IconRobot,
      needs: "create:service_account",
      act: () => go("/users", { tab: "service-accounts", add: 1 }),
    },
    { label: "Add a role", icon: IconKey, needs: "create:role", act: () => go("/users", { tab: "roles", add: 1 }) },
    { label: "Check what somebody may do", icon: IconKey, act: () => go("/users", { tab: "check" }) },
    { label: "Failed runs", icon: IconRotateClockwise2, act: () => go("/runs", { states: ["failed"] }) },
    { label: "Switch between light and dark", icon: IconMoon, act: switchColours },
    { label: "Shortcuts", icon: IconKeyboard, act: showShortcuts },
    { label: "Log out", icon: IconLogout, act: logOut },
  ];
}

/** Why somebody may not do one of these; undefined: they may. */
export function refusalOfDeed(me: Me | undefined, deed: Deed): string | undefined {
  return deed.needs === undefined ? undefined : refusalOf(me, deed.needs);
}
