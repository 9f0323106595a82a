// Why something failed, before anything else: the exception, its message, and the line of one's own code.
import { IconAlertTriangle } from "@tabler/icons-react";
import type { Schemas } from "@/shared/api/schemas";
import classes from "./FailureCard.module.css";

export function FailureCard({
  failure,
  title,
  children,
}: {
  failure: Schemas["FailureOut"];
  title?: React.ReactNode;
  /** What one can do about it. */
  children?: React.ReactNode;
}) {
  const { kind, message, file, line, code } = failure;
  const where = failure.function && failure.function !== "<module>" ? ` in ${failure.function}` : "";
  return (
    <section className={classes.card} aria-label="What failed" data-testid="failure">
      <div className={classes.head}>
        <IconAlertTriangle size={18} className={classes.sign} aria-hidden />
        <div className={classes.words}>
          {title && <div className={classes.title}>{title}</div>}
          <div className={classes.message}>
            {kind && <b>{kind}</b>}
            {kind && message ? ": " : ""}
            {message}
          </div>
        </div>
        {children && <div className={classes.actions}>{children}</div>}
      </div>
      {file && (
        <div className={classes.frame} tabIndex={0}>
          <div className="faint">
            {file}:{line}
            {where}
          </div>
          {code && <code>{code}</code>}
        </div>
      )}
    </section>
  );
}
