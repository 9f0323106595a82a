// Chooses which columns of a table are shown, and how wide they are for those who use no mouse.
import { ActionIcon, Checkbox, Menu, Tooltip } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
import type { KeyboardEvent } from "react";
import classes from "../DataTable.module.css";
import { ACTIONS, type Column, canHide, leastOf, widthWithin } from "./columns";
import type { TableLayout } from "./layout";

const STEP_PX = 20;

export function ColumnMenu<Row>({ columns, layout }: { columns: Column<Row>[]; layout: TableLayout }) {
  const widen = (event: KeyboardEvent, column: Column<Row>): void => {
    const by = { ArrowLeft: -STEP_PX, ArrowRight: STEP_PX }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    layout.setSize(column.id, widthWithin((layout.sizes[column.id] ?? leastOf(column.width ?? "")) + by));
  };
  return (
    <div className={classes.corner}>
      <Menu position="bottom-end" closeOnItemClick={false} width={220} returnFocus>
        <Menu.Target>
          <Tooltip label="Columns">
            <ActionIcon aria-label="Columns" size={24}>
              <IconColumns3 size={15} />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Columns; ← and → change the width</Menu.Label>
          {columns
            .filter((column) => column.id !== ACTIONS)
            .map((column) => {
              const isShown = layout.visibility[column.id] !== false;
              const isFixed = !canHide(columns, column);
              return (
                <Menu.Item
                  key={column.id}
                  leftSection={
                    <span aria-hidden className={classes.tick}>
                      <Checkbox.Indicator size="xs" checked={isShown} disabled={isFixed} />
                    </span>
                  }
                  onClick={() => !isFixed && layout.setShown(column.id, !isShown)}
                  onKeyDown={(event) => widen(event, column)}
                >
                  <span className="sr-only">{isFixed ? "Always shown: " : isShown ? "Hide " : "Show "}</span>
                  {column.header}
                </Menu.Item>
              );
            })}
          <Menu.Divider />
          <Menu.Item disabled={!layout.isChanged} onClick={layout.reset}>
            As at first
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
