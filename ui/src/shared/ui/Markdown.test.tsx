// Markdown of people: its commonest marks are drawn, nothing in it runs.
import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { blocksOf, Markdown } from "./Markdown";

test("a text is cut into paragraphs, lists, headings and code", () => {
  const found = blocksOf("# Title\nfirst\nsecond\n\n- a\n- b\n\n```\nx = 1\n```\n1. one");
  expect(found.map((block) => block.kind)).toEqual(["heading", "text", "list", "code", "list"]);
  expect(found[1]).toEqual({ kind: "text", text: "first\nsecond" });
});

test("emphasis, code and links are drawn, names with underscores are left alone", () => {
  const { container } = render(<Markdown text="**412** in `3 min`, see [it](https://x.example/a) by my_dag_id" />);
  expect(container.querySelector("strong")?.textContent).toBe("412");
  expect(container.querySelector("code")?.textContent).toBe("3 min");
  expect(container.querySelector("a")?.getAttribute("href")).toBe("https://x.example/a");
  expect(container.textContent).toContain("my_dag_id");
});

test("markup and addresses that would run something stay text", () => {
  const { container } = render(<Markdown text={"<img src=x onerror=alert(1)> [x](javascript:alert(1))"} />);
  expect(container.querySelector("img, a")).toBe(null);
  expect(container.textContent).toContain("javascript:alert(1)");
});
