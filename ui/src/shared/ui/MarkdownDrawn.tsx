// Draws Markdown, with tables: no HTML in it is taken as such, no picture is fetched, and links leave in a tab of their own.
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";

const PARTS: Components = {
  a: ({ href, children }) => (
    <a href={href} {...(/^(#|\/(?!\/))/.test(href ?? "") ? {} : { target: "_blank", rel: "noreferrer" })}>
      {children}
    </a>
  ),
  // Fetching it would tell another host who reads this.
  img: ({ src, alt }) =>
    typeof src === "string" && /^https?:/.test(src) ? (
      <a href={src} target="_blank" rel="noreferrer">
        {alt || src}
      </a>
    ) : (
      (alt ?? null)
    ),
  // The page has headings of its own.
  h1: ({ children }) => <Heading>{children}</Heading>,
  h2: ({ children }) => <Heading>{children}</Heading>,
  h3: ({ children }) => <Heading>{children}</Heading>,
  h4: ({ children }) => <Heading>{children}</Heading>,
  h5: ({ children }) => <Heading>{children}</Heading>,
  h6: ({ children }) => <Heading>{children}</Heading>,
  pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
};

function Heading({ children }: { children?: React.ReactNode }) {
  return <p data-heading>{children}</p>;
}

export default function MarkdownDrawn({ text }: { text: string }) {
  return (
    <ReactMarkdown remarkPlugins={[remarkGfm]} components={PARTS}>
      {text}
    </ReactMarkdown>
  );
}
