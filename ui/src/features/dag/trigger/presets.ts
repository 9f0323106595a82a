// Values of the trigger form that are kept under a name, in this browser.
import { workspace } from "@/shared/api/place";
import type { Json } from "./schema";

export type Values = { [key: string]: Json };
export type Presets = Record<string, Values>;

const keyOf = (dagId: string): string => `tradewind-presets:${workspace}:${dagId}`;

export function readPresets(dagId: string): Presets {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(keyOf(dagId)) ?? "{}");
    return found && typeof found === "object" && !Array.isArray(found) ? (found as Presets) : {};
  } catch {
    return {};
  }
}

export function writePresets(dagId: string, presets: Presets): void {
  localStorage.setItem(keyOf(dagId), JSON.stringify(presets));
}
