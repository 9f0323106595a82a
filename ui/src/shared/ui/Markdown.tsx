// Text with the marks of Markdown, as people write it in docs, notes and questions. What draws it comes when it is needed.
import { lazy, Suspense } from "react";
import classes from "./Markdown.module.css";
import { dedented, hasMarks } from "./markdown-text";

const Drawn = lazy(() => import("./MarkdownDrawn"));

export function Markdown({ text, keepsLines = false }: { text: string; keepsLines?: boolean }) {
  const shown = dedented(text);
  const plain = <div className={classes.plain}>{shown}</div>;
  return (
    <div className={classes.markdown} data-lines={keepsLines}>
      {hasMarks(shown) ? (
        <Suspense fallback={plain}>
          <Drawn text={shown} />
        </Suspense>
      ) : (
        plain
      )}
    </div>
  );
}
