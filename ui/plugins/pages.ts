// Writes a page of HTML for each route, which names all files that the route needs: the browser asks for them at once,
// rather than finding out one by one. `pages.json` tells the server which address has which.
import { relative } from "node:path";
import type { Plugin, Rolldown } from "vite";

const SPLIT = "?tsr-split=component";
const LAYOUT = /^__|\/__/;

/** The address of a route's file: `dags/$dagId/index.tsx` is `/dags/$dagId`. */
function addressOf(file: string): string {
  const name = file.replace(/\.tsx$/, "").replace(/(^|\/)index$/, "");
  return `/${name}`;
}

/** A chunk and all that it imports before it runs. */
function* needed(chunk: Rolldown.OutputChunk, bundle: Rolldown.OutputBundle, seen: Set<string>): Generator<string> {
  if (seen.has(chunk.fileName)) return;
  seen.add(chunk.fileName);
  for (const name of chunk.imports) {
    const found = bundle[name];
    if (found?.type === "chunk") yield* needed(found, bundle, seen);
  }
  yield* chunk.viteMetadata?.importedCss ?? [];
  yield chunk.fileName;
}

export function pages(): Plugin {
  let routes = "";
  return {
    name: "pages",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      routes = `${config.root}/src/routes`;
    },
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const index = bundle["index.html"];
        if (index?.type !== "asset") throw new Error("the build has no index.html to make pages of");
        const all = Object.values(bundle).filter((one) => one.type === "chunk");
        const [entry, early] = [all.find((one) => one.isEntry), all.find((one) => one.name === "early")];
        if (!entry || !early) throw new Error("the build has no entry, or no chunk named early: see plugins/chunks.ts");
        const first = `<script type="module" async crossorigin src="/${early.fileName}"></script>`;
        const html = String(index.source)
          .replace("<script", `${first}\n    <script`)
          .replace(new RegExp(`\\s*<link rel="modulepreload"[^>]*/${early.fileName}">`), "");
        const withFiles = (...chunks: Rolldown.OutputChunk[]): string => {
          const seen = new Set<string>();
          const files = new Set(chunks.flatMap((chunk) => [...needed(chunk, bundle, seen)]));
          const links = [...files]
            .filter((file) => !html.includes(`"/${file}"`))
            .map((file) =>
              file.endsWith(".css")
                ? `<link rel="stylesheet" crossorigin href="/${file}">`
                : `<link rel="modulepreload" crossorigin href="/${file}">`,
            );
          return html.replace("</head>", `${links.map((link) => `  ${link}\n  `).join("")}</head>`);
        };
        const addresses: Record<string, string> = {};
        for (const chunk of all) {
          if (!chunk.facadeModuleId?.endsWith(SPLIT)) continue;
          const file = relative(routes, chunk.facadeModuleId.slice(0, -SPLIT.length)).replaceAll("\\", "/");
          if (LAYOUT.test(file)) continue;
          const address = addressOf(file);
          const fileName = `pages/${address.slice(1).replaceAll("/", ".").replaceAll("$", "") || "home"}.html`;
          addresses[address] = fileName;
          this.emitFile({ type: "asset", fileName, source: withFiles(entry, chunk) });
        }
        index.source = withFiles(entry);
        this.emitFile({ type: "asset", fileName: "pages.json", source: JSON.stringify(addresses, undefined, 1) });
      },
    },
  };
}
