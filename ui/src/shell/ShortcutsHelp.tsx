// All shortcuts of this page and of all pages at a glance: `?`.
import { Modal } from "@mantine/core";
import { useNamedShortcuts } from "@/shared/shortcuts";
import classes from "./ShortcutsHelp.module.css";

export function ShortcutsHelp({ onClose }: { onClose: () => void }) {
  const shortcuts = useNamedShortcuts();
  const places = shortcuts.filter(({ keys }) => keys.startsWith("g "));
  const others = shortcuts.filter(({ keys }) => !keys.startsWith("g "));
  return (
    <Modal opened onClose={onClose} title="Shortcuts" size="xl">
      <div className={classes.columns}>
        <Keys title="Do" shortcuts={others} />
        <Keys title="Go to" shortcuts={places} />
      </div>
    </Modal>
  );
}

function Keys({ title, shortcuts }: { title: string; shortcuts: { keys: string; words: string }[] }) {
  return (
    <section aria-label={title}>
      <h2 className={classes.title}>{title}</h2>
      <dl className={classes.keys}>
        {shortcuts.map(({ keys, words }) => (
          <div key={`${keys} ${words}`}>
            <dt>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
