// Asks before something is done to many things, shows how far it is, and tells by name what could not be done.
import { Button, Checkbox, Group, Modal, Progress } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { count } from "@/shared/format/numbers";
import { tellDone, tellFailed } from "@/shared/ui/told";
import classes from "./BulkDialog.module.css";
import { type BulkAction, type Choices, type Plan, partsOf, type Thing, titleOf } from "./plan";
import { type Outcome, workThrough } from "./work";

const SHOWN = 200;

interface Given<T extends Thing> {
  action: BulkAction<T>;
  plan: Plan<T>;
  nounOf: (number: number) => string;
  /** All of it is done. */
  onDone: () => void;
  onClose: () => void;
}

export function BulkDialog<T extends Thing>(given: Given<T>) {
  const { action, nounOf, onClose } = given;
  // As it was when it was asked: rows change their state while it is done.
  const [plan] = useState(given.plan);
  const [choices, setChoices] = useState<Choices>({});
  const work = useWork(given, choices);
  const { meant } = plan;
  const what = nounOf(meant.length);
  if (work.through !== undefined) {
    return (
      <Modal
        opened
        onClose={() => undefined}
        title={titleOf(action, nounOf(work.all))}
        withCloseButton={false}
        closeOnEscape={false}
        closeOnClickOutside={false}
      >
        <Working through={work.through} all={work.all} stop={work.stop} isStopping={work.isStopping} />
      </Modal>
    );
  }
  if (work.outcome) {
    return (
      <Told action={action} all={work.all} outcome={work.outcome} nounOf={nounOf} onClose={onClose}>
        {work.rest.length > 0 && (
          <Button color={action.isDangerous ? "red.9" : "sea"} onClick={() => void work.go(work.rest)}>
            {work.rest.length === 1 ? "Try the other one again" : `Try the other ${count(work.rest.length)} again`}
          </Button>
        )}
      </Told>
    );
  }
  return (
    <Modal opened onClose={onClose} title={`${titleOf(action, what)}?`} size="lg">
      <div className={classes.consequences}>
        <action.Consequences things={meant} choices={choices} />
      </div>
      <Names names={meant.map((one) => one.name)} label={`Of ${what}`} />
      {action.choices && (
        <div className={classes.choices}>
          {action.choices.map(({ id, label, description }) => (
            <Checkbox
              key={id}
              size="xs"
              label={label}
              description={description}
              checked={choices[id] ?? false}
              onChange={(event) => setChoices({ ...choices, [id]: event.currentTarget.checked })}
            />
          ))}
        </div>
      )}
      {[...plan.left].map(([reason, things]) => (
        <section key={reason} className={classes.left} aria-label="Left out">
          <b>{nounOf(things.length)} left out:</b> {reason}
          <Names names={things.map((one) => one.name)} label="Left out" />
        </section>
      ))}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button color={action.isDangerous ? "red.9" : "sea"} onClick={() => void work.go(meant)} data-autofocus>
          {titleOf(action, what)}
        </Button>
      </Group>
    </Modal>
  );
}

/** How far the work is; `through` is there while it goes on, `outcome` when it has ended with something left to do. */
function useWork<T extends Thing>({ action, nounOf, onDone, onClose }: Given<T>, choices: Choices) {
  const [all, setAll] = useState(0);
  const [through, setThrough] = useState<number>();
  const [outcome, setOutcome] = useState<Outcome<T>>();
  const [rest, setRest] = useState<T[]>([]);
  const [isStopping, setStopping] = useState(false);
  const isStopped = useRef(false);
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
    };
  }, []);
  const go = async (things: T[]): Promise<void> => {
    isStopped.current = false;
    setStopping(false);
    setAll(things.length);
    setThrough(0);
    const found = await workThrough({
      parts: partsOf(things, action.most),
      act: (part) => action.act(part, choices),
      onProgress: setThrough,
      // Whoever leaves the page wants no more of it to happen unseen.
      isStopped: () => isStopped.current || isGone.current,
    });
    action.after(things);
    const isWhole = found.done.length === things.length;
    const words = `${nounOf(found.done.length)} ${action.done}`;
    if (isWhole) tellDone(words);
    else if (isGone.current) tellFailed(`${words}, ${count(things.length - found.done.length)} not.`);
    const names = new Set(found.done.map((one) => one.name));
    setRest(things.filter((one) => !names.has(one.name)));
    setThrough(undefined);
    setOutcome(found);
    if (!isWhole) return;
    onDone();
    onClose();
  };
  const stop = (): void => {
    isStopped.current = true;
    setStopping(true);
  };
  return { all, through, outcome, rest, go, stop, isStopping };
}

function Working(given: { through: number; all: number; stop: () => void; isStopping: boolean }) {
  const { through, all } = given;
  return (
    <>
      <p role="status" className={classes.words}>
        {count(through)} of {count(all)}
      </p>
      <Progress value={(100 * through) / all} aria-label="How much is done" />
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={given.stop} loading={given.isStopping} data-autofocus>
          Stop
        </Button>
      </Group>
    </>
  );
}

function Told<T extends Thing>(given: {
  action: BulkAction<T>;
  all: number;
  outcome: Outcome<T>;
  nounOf: (number: number) => string;
  onClose: () => void;
  children: React.ReactNode;
}) {
  const { action, outcome } = given;
  const { done, failed } = outcome;
  const untouched = given.all - done.length - failed.length;
  return (
    <Modal opened onClose={given.onClose} title={titleOf(action, given.nounOf(given.all))} size="lg">
      <p role="status" className={classes.words}>
        {done.length > 0 && `${given.nounOf(done.length)} ${action.done}. `}
        {failed.length > 0 && `${given.nounOf(failed.length)} could not be. `}
        {untouched > 0 && `${given.nounOf(untouched)} left as before.`}
      </p>
      {failed.length > 0 && (
        <section className={classes.failures} aria-label="What could not be done">
          {failed.slice(0, SHOWN).map(({ name, reason }) => (
            <p key={name}>
              <b className="mono">{name}</b> {reason}
            </p>
          ))}
          {failed.length > SHOWN && <p className="faint">and {count(failed.length - SHOWN)} more</p>}
        </section>
      )}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={given.onClose} data-autofocus>
          Close
        </Button>
        {given.children}
      </Group>
    </Modal>
  );
}

function Names({ names, label }: { names: string[]; label: string }) {
  return (
    <ul className={classes.names} aria-label={label}>
      {names.slice(0, SHOWN).map((name) => (
        <li key={name}>{name}</li>
      ))}
      {names.length > SHOWN && <li className="faint">and {count(names.length - SHOWN)} more</li>}
    </ul>
  );
}
