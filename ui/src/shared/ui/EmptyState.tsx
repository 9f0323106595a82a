// A page without content teaches the next step.
import { CodeToCopy } from "./Copyable";

export function EmptyState({ title, children, code }: { title: string; children?: React.ReactNode; code?: string }) {
  return (
    <div style={{ maxWidth: 620, margin: "48px auto", padding: "0 16px" }}>
      <h2 style={{ fontSize: 18, margin: "0 0 6px" }}>{title}</h2>
      <div className="faint" style={{ marginBottom: 14 }}>
        {children}
      </div>
      {code && <CodeToCopy code={code} />}
    </div>
  );
}
