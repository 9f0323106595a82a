// On a phone: a bar over the page, and the menu as a sheet that comes over both.
import { IconApi, IconLogout, IconMenu2, IconSearch, IconX } from "@tabler/icons-react";
import { type MouseEvent, useEffect, useRef, useState } from "react";
import { useMe } from "@/shared/api/may";
import { workspace } from "@/shared/api/place";
import { logOut } from "./log-out";
import { ACCOUNT, ADMIN, MAIN } from "./nav";
import { openPalette } from "./PaletteLater";
import classes from "./PhoneBar.module.css";
import { Brand, LiveSign, Places, useOtherScheme } from "./parts";
import shell from "./Shell.module.css";
import { stayWithin } from "./stay-within";

const SHEET = "menu";

export function PhoneBar() {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const me = useMe().data;
  return (
    <header className={classes.bar}>
      <button
        type="button"
        ref={button}
        className={classes.button}
        aria-label="Menu"
        title={me && `Menu; you are ${me.username}`}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        aria-controls={SHEET}
        onClick={() => setOpen(true)}
      >
        <IconMenu2 size={22} aria-hidden />
      </button>
      <Brand />
      <LiveSign />
      <button type="button" className={classes.button} aria-label="Find anything" onClick={openPalette}>
        <IconSearch size={20} aria-hidden />
      </button>
      <Sheet
        isOpen={isOpen}
        onClose={() => {
          setOpen(false);
          // Safari gives no focus to a button that is tapped, and so has none to give back.
          button.current?.focus();
        }}
      />
    </header>
  );
}

function Sheet({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const sheet = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) sheet.current?.showModal();
  }, [isOpen]);
  // What was chosen leads away or acts; beside the sheet lies its backdrop, which is the dialog's own.
  const onClick = (event: MouseEvent): void => {
    const target = event.target as HTMLElement;
    if (target === sheet.current || target.closest("a")) sheet.current?.close();
  };
  return (
    <dialog
      id={SHEET}
      ref={sheet}
      className={classes.sheet}
      aria-label="Menu"
      onClick={onClick}
      onKeyDown={stayWithin}
      onClose={onClose}
    >
      {isOpen && <Menu close={() => sheet.current?.close()} />}
    </dialog>
  );
}

function Menu({ close }: { close: () => void }) {
  const me = useMe().data;
  const { words, Icon, take } = useOtherScheme();
  return (
    <nav className={classes.menu} aria-label="Pages">
      <div className={classes.head}>
        <Brand />
        <button type="button" className={classes.button} aria-label="Close the menu" onClick={close}>
          <IconX size={20} aria-hidden />
        </button>
      </div>
      <Places places={MAIN} />
      <hr className={shell.rule} />
      <Places places={ADMIN} />
      <hr className={shell.rule} />
      {me && (
        <p className={classes.who}>
          {me.username}, workspace {workspace}
        </p>
      )}
      <Places places={[ACCOUNT]} />
      <a className={shell.place} href="/docs">
        <IconApi size={17} stroke={1.7} aria-hidden /> <span>API</span>
      </a>
      <button type="button" className={classes.deed} onClick={take}>
        <Icon size={17} stroke={1.7} aria-hidden /> {words}
      </button>
      <button type="button" className={classes.deed} onClick={() => void logOut()}>
        <IconLogout size={17} stroke={1.7} aria-hidden /> Log out
      </button>
    </nav>
  );
}
