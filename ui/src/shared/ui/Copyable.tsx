// An id that one click copies.
import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

/** The text, and a button that copies it. */
export function Copyable({
  text,
  children,
  label = "Copy",
}: {
  text: string;
  children?: React.ReactNode;
  label?: string;
}) {
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: 2, minWidth: 0, maxWidth: "100%" }}>
      <span className="ellipsis">{children ?? text}</span>
      <CopyButton value={text} timeout={1200}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? "Copied" : label}>
            <ActionIcon size={18} onClick={copy} aria-label={`${label}: ${text}`}>
              {copied ? <IconCheck size={13} /> : <IconCopy size={13} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </span>
  );
}

/** Code that can be copied, in a frame. */
export function CodeToCopy({ code, label = "Copy the code" }: { code: string; label?: string }) {
  return (
    <div className="card" style={{ position: "relative", padding: "10px 40px 10px 12px", overflow: "auto" }}>
      <pre className="mono" tabIndex={0} style={{ margin: 0, whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        {code}
      </pre>
      <CopyButton value={code} timeout={1200}>
        {({ copied, copy }) => (
          <ActionIcon style={{ position: "absolute", top: 6, right: 6 }} onClick={copy} aria-label={label}>
            {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
          </ActionIcon>
        )}
      </CopyButton>
    </div>
  );
}
