// How pages look in this browser: the time zone of moments, and the colours.
import { SegmentedControl, Select, useMantineColorScheme } from "@mantine/core";
import { absolute } from "@/shared/format/time";
import classes from "./AccountPage.module.css";

const KEY = "tradewind-zone";
const BROWSER = "";

export function Looks({ onChange }: { onChange: () => void }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])];
  return (
    <div className={classes.body}>
      <Select
        label="Time zone"
        description={`It is ${absolute(Date.now())} there. UTC shows when you point at a moment.`}
        searchable
        allowDeselect={false}
        limit={60}
        data={[{ value: BROWSER, label: `The browser's (${own})` }, ...zones]}
        value={localStorage.getItem(KEY) ?? BROWSER}
        onChange={(chosen) => {
          if (chosen) localStorage.setItem(KEY, chosen);
          else localStorage.removeItem(KEY);
          onChange();
        }}
      />
      <div>
        <div id="colours" style={{ fontSize: 12, fontWeight: 600, marginBottom: 4 }}>
          Colours
        </div>
        <SegmentedControl
          size="xs"
          aria-labelledby="colours"
          value={colorScheme}
          onChange={(value) => setColorScheme(value as typeof colorScheme)}
          data={[
            { value: "auto", label: "As the system" },
            { value: "light", label: "Light" },
            { value: "dark", label: "Dark" },
          ]}
        />
      </div>
    </div>
  );
}
