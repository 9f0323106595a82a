// What the menu consists of, beside the page or, on a phone, in a sheet over it.
import { Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconMoon, IconSun } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";
import { liveState } from "@/shared/api/live";
import type { Place } from "./nav";
import classes from "./Shell.module.css";

export function Places({ places }: { places: Place[] }) {
  return (
    <ul className={classes.places}>
      {places.map(({ to, label, icon: Icon }) => (
        <li key={to}>
          <Link to={to} className={classes.place} activeOptions={{ exact: to === "/" }} title={label}>
            <Icon size={17} stroke={1.7} aria-hidden />
            <span>{label}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

export function Brand() {
  return (
    <Link to="/" className={classes.brand} aria-label="Tradewind, home">
      <img src="/static/icon.svg" alt="" width={24} height={24} />
      <span>Tradewind</span>
    </Link>
  );
}

export function LiveSign() {
  const isLive = useSyncExternalStore(liveState.subscribe, liveState.get);
  return (
    <Tooltip label={isLive ? "Changes show as they happen" : "The server is not heard; trying again"}>
      <span className={classes.live} data-live={isLive} role="status">
        <i aria-hidden /> <span>{isLive ? "Live" : "Not live"}</span>
      </span>
    </Tooltip>
  );
}

/** The colours that the page does not have now: what they are called, their sign, and how to have them. */
export function useOtherScheme() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") === "dark";
  const other = isDark ? "light" : "dark";
  return { words: `Switch to ${other}`, Icon: isDark ? IconSun : IconMoon, take: () => setColorScheme(other) };
}
