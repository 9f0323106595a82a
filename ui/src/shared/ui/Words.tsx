// The corner in which `tellDone` and `tellFailed` put their words.
import "@mantine/notifications/styles.css";
import { Notifications } from "@mantine/notifications";

export default function Words() {
  return <Notifications position="bottom-right" limit={4} />;
}
