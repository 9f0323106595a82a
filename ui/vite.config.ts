// How the UI is built: into the folder that the API server serves, a chunk for each page.
import { fileURLToPath } from "node:url";
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { chunks } from "./plugins/chunks.ts";
import { compress } from "./plugins/compress.ts";
import { pages } from "./plugins/pages.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const SERVER = process.env.TRADEWIND_UI_SERVER ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [
    tanstackRouter({ target: "react", autoCodeSplitting: true, quoteStyle: "double", semicolons: true }),
    react(),
    pages(),
    compress(),
  ],
  resolve: { alias: { "@": at("./src") } },
  build: {
    outDir: at("../src/tradewind/api/static"),
    emptyOutDir: true,
    assetsDir: "static",
    target: "es2022",
    assetsInlineLimit: 2048,
    chunkSizeWarningLimit: 900,
    rolldownOptions: { output: { codeSplitting: { groups: chunks } } },
  },
  server: { proxy: { "/api": SERVER, "/auth": SERVER, "/w": SERVER } },
  test: {
    environment: "happy-dom",
    isolate: false,
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    testTimeout: 60_000, // of a hang: how long a test takes is up to what else the machine does
  },
});
