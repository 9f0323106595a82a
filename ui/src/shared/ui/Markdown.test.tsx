// Markdown of people: what they write is drawn, nothing in it runs or is fetched.
import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { Markdown } from "./Markdown";
import MarkdownDrawn from "./MarkdownDrawn";
import { dedented, hasMarks } from "./markdown-text";

function drawn(text: string): HTMLElement {
  return render(<MarkdownDrawn text={text} />).container;
}

test("headings, nested lists, quotes, code and tables are drawn", () => {
  const found = drawn("# Title\n\n1. one\n   - inside\n\n> said\n\n```\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |");
  expect(found.querySelector("[data-heading]")?.textContent).toBe("Title");
  expect(found.querySelector("ol ul li")?.textContent).toBe("inside");
  expect(found.querySelector("blockquote")?.textContent?.trim()).toBe("said");
  expect(found.querySelector("pre")?.textContent).toBe("x = 1\n");
  expect([...found.querySelectorAll("td")].map((cell) => cell.textContent)).toEqual(["1", "2"]);
});

test("emphasis, code and links are drawn, names with underscores are left alone", () => {
  const found = drawn("**412** in `3 min`, see [it](https://x.example/a) by my_dag_id");
  expect(found.querySelector("strong")?.textContent).toBe("412");
  expect(found.querySelector("code")?.textContent).toBe("3 min");
  expect(found.querySelector("a")?.getAttribute("href")).toBe("https://x.example/a");
  expect(found.textContent).toContain("my_dag_id");
});

test("markup, addresses that would run something, and pictures of other hosts are not taken as such", () => {
  const found = drawn(
    "<img src=x onerror=alert(1)> [x](javascript:alert(1)) ![a chart](https://x.example/a.png) ![y](data:image/png;base64,AA)",
  );
  expect(found.querySelector("img, script")).toBe(null);
  expect(found.innerHTML).not.toContain("javascript:");
  expect(found.querySelector("a[href='https://x.example/a.png']")?.textContent).toBe("a chart");
});

test("a link that leaves does so in a tab of its own, also where it names no protocol", () => {
  const found = drawn("[out](//x.example/a) [in](/dags) [here](#a)");
  expect([...found.querySelectorAll("a")].map((one) => one.target)).toEqual(["_blank", "", ""]);
});

test("plain words are shown as they are, without what draws marks", () => {
  expect(hasMarks("The supplier sent the old file.\nAsk Ada, 3 - 4 days.")).toBe(false);
  for (const text of ["a *b*", "- a", "1. a", "# a", "see https://x.example", "|a|", "a\n\nb"]) {
    expect(hasMarks(text)).toBe(true);
  }
  const { container } = render(<Markdown text="plain words" />);
  expect(container.textContent).toBe("plain words");
});

test("the indent of a docstring is none of its text", () => {
  expect(dedented("\n    # A\n\n    - b\n      - c\n    ")).toBe("# A\n\n- b\n  - c");
  expect(dedented("Says it.\n\n    And more.\n    ")).toBe("Says it.\n\nAnd more.");
  expect(dedented("- a\n  - b\n  - c")).toBe("- a\n  - b\n  - c");
});
