// Around every page: menu, search, who one is, whether changes come in.
import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconLogout, IconSearch, IconUser } from "@tabler/icons-react";
import { Link, Outlet } from "@tanstack/react-router";
import { useEffect } from "react";
import { queryClient } from "@/queries";
import { affectedBy } from "@/shared/api/keys";
import { keepFresh } from "@/shared/api/live";
import { useMe } from "@/shared/api/may";
import { workspace } from "@/shared/api/place";
import { logOut } from "./log-out";
import { ACCOUNT, ADMIN, MAIN } from "./nav";
import { openPalette, PaletteLater } from "./PaletteLater";
import { PhoneBar } from "./PhoneBar";
import { Brand, LiveSign, Places, useOtherScheme } from "./parts";
import classes from "./Shell.module.css";

/** As Shell.module.css has it. */
const PHONE = "(max-width: 760px)";

export function Shell() {
  useEffect(() => {
    return keepFresh(queryClient, affectedBy);
  }, []);
  const isPhone = useMediaQuery(PHONE, undefined, { getInitialValueInEffect: false });
  return (
    <div className={classes.shell}>
      <a href="#content" className={classes.skip}>
        Skip to the content
      </a>
      {isPhone ? <PhoneBar /> : <SideMenu />}
      <div className={classes.column}>
        {!isPhone && (
          <button type="button" className={classes.search} onClick={openPalette}>
            <IconSearch size={15} /> <span>Find a DAG, run, task, asset or action</span> <kbd>Ctrl K</kbd>
          </button>
        )}
        <main id="content" tabIndex={-1} className={classes.main}>
          <Outlet />
        </main>
      </div>
      <PaletteLater />
    </div>
  );
}

function SideMenu() {
  return (
    <nav className={classes.nav} aria-label="Pages">
      <Brand />
      <Places places={MAIN} />
      <hr className={classes.rule} />
      <Places places={ADMIN} />
      <div className={classes.foot}>
        <LiveSign />
        <SchemeSwitch />
        <Me />
      </div>
    </nav>
  );
}

function SchemeSwitch() {
  const { words, Icon, take } = useOtherScheme();
  return (
    <Tooltip label={words}>
      <ActionIcon onClick={take} aria-label={words}>
        <Icon size={17} />
      </ActionIcon>
    </Tooltip>
  );
}

function Me() {
  const me = useMe();
  return (
    <Menu position="right-end" width={220}>
      <Menu.Target>
        <ActionIcon aria-label="Your account" title={me.data?.username}>
          <IconUser size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.data ? `${me.data.username}, workspace ${workspace}` : "…"}</Menu.Label>
        <Menu.Item component={Link} to={ACCOUNT.to}>
          {ACCOUNT.label}
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
