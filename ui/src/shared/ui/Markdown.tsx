// Text with Markdown's commonest marks: headings, lists, code, emphasis, links. What else stands in it is shown as it is.
import classes from "./Markdown.module.css";

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|(?<![\w*])[*_]([^*_\n]+)[*_](?!\w)|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/g;

type Block =
  | { kind: "heading"; text: string }
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "list"; items: string[]; isNumbered: boolean };

/** The blocks of a text, in their order. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const item = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/.exec(line);
    const last = blocks.at(-1);
    if (line.startsWith("```")) {
      const end = lines.findIndex((one, place) => place > at && one.startsWith("```"));
      const stop = end < 0 ? lines.length : end;
      blocks.push({ kind: "code", text: lines.slice(at + 1, stop).join("\n") });
      at = stop;
    } else if (item) {
      const isNumbered = item[1] !== undefined;
      const isMore = last?.kind === "list" && last.isNumbered === isNumbered;
      if (isMore) last.items.push(item[2] ?? "");
      else blocks.push({ kind: "list", items: [item[2] ?? ""], isNumbered });
    } else if (/^#{1,6}\s/.test(line)) {
      blocks.push({ kind: "heading", text: line.replace(/^#+\s+/, "") });
    } else if (line.trim() === "") {
      blocks.push({ kind: "text", text: "" });
    } else if (last?.kind === "text" && last.text) {
      last.text += `\n${line}`;
    } else {
      blocks.push({ kind: "text", text: line });
    }
  }
  return blocks.filter((block) => block.kind === "list" || block.text !== "");
}

export function Markdown({ text }: { text: string }) {
  return (
    <div className={classes.markdown}>
      {blocksOf(text).map((block, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of a text do not move
        <Shown key={at} block={block} />
      ))}
    </div>
  );
}

function Shown({ block }: { block: Block }) {
  if (block.kind === "code") return <pre className="mono">{block.text}</pre>;
  if (block.kind === "heading") {
    return (
      <p className={classes.heading}>
        <Inline text={block.text} />
      </p>
    );
  }
  if (block.kind === "text") {
    return (
      <p>
        <Inline text={block.text} />
      </p>
    );
  }
  const items = block.items.map((item, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the items of a text do not move
    <li key={at}>
      <Inline text={item} />
    </li>
  ));
  return block.isNumbered ? <ol>{items}</ol> : <ul>{items}</ul>;
}

function Inline({ text }: { text: string }) {
  const parts: React.ReactNode[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    parts.push(text.slice(from, match.index));
    from = match.index + match[0].length;
    const [, code, strong, weak, label, address] = match;
    if (code) parts.push(<code key={from}>{code}</code>);
    else if (strong) parts.push(<strong key={from}>{strong}</strong>);
    else if (weak) parts.push(<em key={from}>{weak}</em>);
    else {
      parts.push(
        <a key={from} href={address} target="_blank" rel="noreferrer">
          {label}
        </a>,
      );
    }
  }
  return (
    <>
      {parts}
      {text.slice(from)}
    </>
  );
}
