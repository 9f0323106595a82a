// Above a log: what to look for, which lines to show, how, and taking it away as a file.
import { ActionIcon, Menu, TextInput, Tooltip } from "@mantine/core";
import {
  IconArrowDown,
  IconArrowUp,
  IconClock,
  IconDownload,
  IconFilter,
  IconSearch,
  IconTextWrap,
} from "@tabler/icons-react";
import classes from "./LogView.module.css";
import type { Found } from "./useLogSearch";

const LEVELS = ["debug", "info", "warning", "error", "critical"];

export interface LogLook {
  hasTime: boolean;
  isWrapped: boolean;
  levels: string[];
  loggers: string[];
}

export function LogBar(given: {
  look: LogLook;
  onLook: (look: LogLook) => void;
  allLoggers: string[];
  search: string;
  onSearch: (words: string) => void;
  found: Found;
  place: number;
  onPlace: (place: number) => void;
  onDownload: () => void;
  children?: React.ReactNode;
}) {
  const { look, onLook, found, place, onPlace } = given;
  const step = (by: number): void => {
    if (found.at.length > 0) onPlace((place + by + found.at.length) % found.at.length);
  };
  const filters = look.levels.length + look.loggers.length;
  return (
    <div className={classes.bar}>
      {given.children}
      <span className={classes.grow} />
      <TextInput
        size="xs"
        className={classes.search ?? ""}
        placeholder="Search the whole log"
        aria-label="Search the whole log"
        leftSection={<IconSearch size={13} />}
        value={given.search}
        onChange={(event) => given.onSearch(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
        }}
      />
      {given.search && (
        <>
          <span className="faint nowrap" role="status" style={{ fontSize: 12 }}>
            {found.at.length > 0 ? `${Math.max(place, 0) + 1} of ${found.at.length}${found.isCut ? "+" : ""}` : ""}
            {found.at.length === 0 && found.isDone ? "not found" : ""}
            {found.isDone ? "" : " …"}
          </span>
          <ActionIcon aria-label="Previous place" onClick={() => step(-1)} disabled={found.at.length === 0}>
            <IconArrowUp size={15} />
          </ActionIcon>
          <ActionIcon aria-label="Next place" onClick={() => step(1)} disabled={found.at.length === 0}>
            <IconArrowDown size={15} />
          </ActionIcon>
        </>
      )}
      <Menu closeOnItemClick={false} position="bottom-end">
        <Menu.Target>
          <Tooltip label="Levels and sources">
            <ActionIcon aria-label="Levels and sources" variant={filters > 0 ? "light" : "subtle"}>
              <IconFilter size={15} />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Levels</Menu.Label>
          {LEVELS.map((level) => (
            <Choice key={level} label={level} chosen={look.levels} onChange={(levels) => onLook({ ...look, levels })} />
          ))}
          <Menu.Label>Sources</Menu.Label>
          {given.allLoggers.slice(0, 12).map((logger) => (
            <Choice
              key={logger}
              label={logger}
              chosen={look.loggers}
              onChange={(loggers) => onLook({ ...look, loggers })}
            />
          ))}
        </Menu.Dropdown>
      </Menu>
      <Tooltip label="Times">
        <ActionIcon
          aria-label="Times"
          aria-pressed={look.hasTime}
          variant={look.hasTime ? "light" : "subtle"}
          onClick={() => onLook({ ...look, hasTime: !look.hasTime })}
        >
          <IconClock size={15} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Wrap long lines">
        <ActionIcon
          aria-label="Wrap long lines"
          aria-pressed={look.isWrapped}
          variant={look.isWrapped ? "light" : "subtle"}
          onClick={() => onLook({ ...look, isWrapped: !look.isWrapped })}
        >
          <IconTextWrap size={15} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Download">
        <ActionIcon aria-label="Download" onClick={given.onDownload}>
          <IconDownload size={15} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

function Choice(given: { label: string; chosen: string[]; onChange: (chosen: string[]) => void }) {
  const { label, chosen, onChange } = given;
  const isChosen = chosen.includes(label);
  return (
    <Menu.Item
      role="menuitemcheckbox"
      aria-checked={isChosen}
      onClick={() => onChange(isChosen ? chosen.filter((one) => one !== label) : [...chosen, label])}
      leftSection={<span style={{ width: 12, display: "inline-block" }}>{isChosen ? "✓" : ""}</span>}
    >
      {label}
    </Menu.Item>
  );
}
