import { expect, test } from "vitest";
import { browserOf, sentenceOf, sentencesOf } from "./words";

test("a permission reads as a sentence", () => {
  expect(sentenceOf("*:*")).toBe("do everything");
  expect(sentenceOf("read:pool")).toBe("see pools");
  expect(sentenceOf("edit:dag_run:sales_*")).toBe("change runs of DAGs named sales_*");
  expect(sentenceOf("*:connection:warehouse")).toBe("do everything with connections named warehouse");
});

test("what may be done to the same things stands in one sentence", () => {
  expect(sentencesOf(["read:dag", "edit:dag", "read:pool", "*:xcom", "read:xcom"])).toEqual([
    "see and change DAGs",
    "see pools",
    "do everything with XComs",
  ]);
});

test("a browser is called by its name", () => {
  expect(browserOf("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0")).toBe("Firefox on Linux");
  expect(browserOf("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/537.36 Chrome/131.0 Safari/537.36")).toBe(
    "Chrome on macOS",
  );
  expect(browserOf("curl/8.5.0")).toBe("curl/8.5.0");
  expect(browserOf(null)).toBe("Unknown");
});
