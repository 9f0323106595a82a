// All shortcuts at a glance: `?`.
import { Modal } from "@mantine/core";
import { ADMIN, MAIN } from "./nav";
import classes from "./ShortcutsHelp.module.css";

const OTHERS: [string, string][] = [
  ["Ctrl K", "Find or do anything"],
  ["/", "The same"],
  ["?", "These shortcuts"],
];

export function ShortcutsHelp({ onClose }: { onClose: () => void }) {
  const places = [...MAIN, ...ADMIN].flatMap(({ keys, label }): [string, string][] =>
    keys ? [[keys, `Go to ${label.toLowerCase().replace("dags", "DAGs")}`]] : [],
  );
  return (
    <Modal opened onClose={onClose} title="Shortcuts" size="lg">
      <dl className={classes.keys}>
        {[...OTHERS, ...places].map(([keys, words]) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
