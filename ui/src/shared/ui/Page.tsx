// The frame of a page: title, what one can do, content; it names the browser's tab too.
import { useEffect } from "react";
import classes from "./Page.module.css";

export function Page(given: {
  title: string;
  /** Instead of the title, where it is more than words. */
  heading?: React.ReactNode;
  above?: React.ReactNode;
  actions?: React.ReactNode;
  children: React.ReactNode;
}) {
  useEffect(() => {
    document.title = `${given.title} · Tradewind`;
  }, [given.title]);
  return (
    <div className={classes.page}>
      {given.above}
      <header className={classes.head}>
        <h1 className={classes.title}>{given.heading ?? given.title}</h1>
        <div className={classes.actions}>{given.actions}</div>
      </header>
      {given.children}
    </div>
  );
}

/** A card with a heading. */
export function Section({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: React.ReactNode;
  children: React.ReactNode;
}) {
  return (
    <section className={`card ${classes.section}`} aria-label={title}>
      <header className={classes.sectionHead}>
        <h2>{title}</h2>
        <div className={classes.actions}>{actions}</div>
      </header>
      {children}
    </section>
  );
}
