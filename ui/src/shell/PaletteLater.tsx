// The shortcuts of all pages, and the palette, whose code comes when the page has been drawn, or when somebody asks for it.
import { useHotkeys } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useShortcuts } from "@/shared/shortcuts";
import { useAfterFirst } from "@/shared/ui/useAfterFirst";
import { ACCOUNT, ADMIN, MAIN } from "./nav";

const load = () => import("./Palette");
const Palette = lazy(() => load().then((found) => ({ default: found.Palette })));
const ShortcutsHelp = lazy(() => import("./ShortcutsHelp").then((found) => ({ default: found.ShortcutsHelp })));

/** Open it, once it is there. */
export const openPalette = (): void => void load().then((found) => found.openPalette());

export function PaletteLater() {
  const [isWanted, want] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const isTime = useAfterFirst();
  const navigate = useNavigate();
  useShortcuts([
    { keys: "Ctrl K", words: "Find or do anything" },
    { keys: "/", words: "The same" },
    { keys: "?", words: "These shortcuts", act: () => setHelpOpen(true) },
    ...[...MAIN, ...ADMIN, ACCOUNT].flatMap(({ to, label, keys }) =>
      keys ? [{ keys, words: label, act: () => void navigate({ to }) }] : [],
    ),
  ]);
  const waiting = (
    <Waiting
      open={() => {
        want(true);
        openPalette();
      }}
    />
  );
  return (
    <>
      <Suspense fallback={waiting}>
        {isTime || isWanted ? <Palette showShortcuts={() => setHelpOpen(true)} /> : waiting}
      </Suspense>
      <Suspense>{isHelpOpen && <ShortcutsHelp onClose={() => setHelpOpen(false)} />}</Suspense>
    </>
  );
}

/** Hears the keys for as long as the palette cannot. */
function Waiting({ open }: { open: () => void }) {
  useHotkeys([
    ["mod+K", open],
    ["/", open],
  ]);
  return null;
}
