// Around every page: menu, search, who one is, whether changes come in.
import { ActionIcon, Menu, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconLogout, IconMoon, IconSearch, IconSun, IconUser } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { useEffect, useSyncExternalStore } from "react";
import { queryClient } from "@/queries";
import { api, data } from "@/shared/api/client";
import { affectedBy, keys } from "@/shared/api/keys";
import { keepFresh, liveState } from "@/shared/api/live";
import { workspace } from "@/shared/api/place";
import { logOut } from "./log-out";
import { ADMIN, MAIN, type Place } from "./nav";
import { openPalette, PaletteLater } from "./PaletteLater";
import classes from "./Shell.module.css";

export function Shell() {
  useEffect(() => {
    return keepFresh(queryClient, affectedBy);
  }, []);
  return (
    <div className={classes.shell}>
      <a href="#content" className={classes.skip}>
        Skip to the content
      </a>
      <nav className={classes.nav} aria-label="Pages">
        <Link to="/" className={classes.brand} aria-label="Tradewind, home">
          <img src="/static/icon.svg" alt="" width={24} height={24} />
          <span>Tradewind</span>
        </Link>
        <Places places={MAIN} />
        <hr className={classes.rule} />
        <Places places={ADMIN} />
        <div className={classes.foot}>
          <LiveSign />
          <SchemeSwitch />
          <Me />
        </div>
      </nav>
      <div className={classes.column}>
        <button type="button" className={classes.search} onClick={openPalette}>
          <IconSearch size={15} /> <span>Find a DAG, run, task, asset or action</span> <kbd>Ctrl K</kbd>
        </button>
        <main id="content" tabIndex={-1} className={classes.main}>
          <Outlet />
        </main>
      </div>
      <PaletteLater />
    </div>
  );
}

function Places({ places }: { places: Place[] }) {
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

function LiveSign() {
  const isLive = useSyncExternalStore(liveState.subscribe, liveState.get);
  return (
    <Tooltip label={isLive ? "Changes show as they happen" : "The server is not heard; trying again"}>
      <span className={classes.live} data-live={isLive} role="status">
        <i aria-hidden /> <span>{isLive ? "Live" : "Not live"}</span>
      </span>
    </Tooltip>
  );
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const other = scheme === "dark" ? "light" : "dark";
  return (
    <Tooltip label={`Switch to ${other}`}>
      <ActionIcon onClick={() => setColorScheme(other)} aria-label={`Switch to ${other}`}>
        {scheme === "dark" ? <IconSun size={17} /> : <IconMoon size={17} />}
      </ActionIcon>
    </Tooltip>
  );
}

function Me() {
  const me = useQuery({ queryKey: keys.me, queryFn: () => data(api.GET("/auth/me")) });
  return (
    <Menu position="right-end" width={220}>
      <Menu.Target>
        <ActionIcon aria-label="Your account">
          <IconUser size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.data ? `${me.data.username}, workspace ${workspace}` : "…"}</Menu.Label>
        <Menu.Item component={Link} to="/account">
          Account, sessions and tokens
        </Menu.Item>
        <Menu.Item component="a" href="/docs">
          API
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={14} />} onClick={() => void logOut()}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
