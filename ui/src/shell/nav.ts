// What the menu leads to, in its order; the palette offers the same.
import {
  IconActivity,
  IconAlertTriangle,
  IconBox,
  IconCircleDashed,
  IconDatabase,
  IconHistory,
  IconHome,
  IconPlug,
  type IconProps,
  IconPuzzle,
  IconRoute,
  IconSettings,
  IconStack2,
  IconUser,
  IconUserQuestion,
  IconUsers,
  IconVariable,
} from "@tabler/icons-react";
import type { ComponentType } from "react";

export interface Place {
  to: string;
  label: string;
  icon: ComponentType<IconProps>;
  /** Keys to press one after the other. */
  keys?: string;
  /** Shown to those who may do this, as `action:resource`. */
  needs?: string;
}

export const MAIN: Place[] = [
  { to: "/", label: "Home", icon: IconHome, keys: "g h" },
  { to: "/dags", label: "DAGs", icon: IconRoute, keys: "g d" },
  { to: "/runs", label: "Runs", icon: IconHistory, keys: "g r" },
  { to: "/assets", label: "Assets", icon: IconBox, keys: "g a" },
  { to: "/approvals", label: "Approvals", icon: IconUserQuestion, keys: "g p" },
];

/** Behind one's own sign, not in the menu. */
export const ACCOUNT: Place = { to: "/account", label: "Account, sessions and tokens", icon: IconUser, keys: "g m" };

export const ADMIN: Place[] = [
  { to: "/connections", label: "Connections", icon: IconPlug, keys: "g c" },
  { to: "/variables", label: "Variables", icon: IconVariable, keys: "g v" },
  { to: "/pools", label: "Pools", icon: IconStack2, keys: "g o" },
  { to: "/import-errors", label: "Import errors", icon: IconAlertTriangle, keys: "g e" },
  { to: "/jobs", label: "Health", icon: IconActivity, keys: "g j" },
  { to: "/users", label: "Users and access", icon: IconUsers, keys: "g u" },
  { to: "/audit", label: "Audit", icon: IconDatabase, keys: "g l" },
  { to: "/providers", label: "Providers", icon: IconCircleDashed },
  { to: "/plugins", label: "Plugins", icon: IconPuzzle },
  { to: "/config", label: "Configuration", icon: IconSettings },
];
