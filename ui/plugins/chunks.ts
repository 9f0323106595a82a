// Which code comes together: each file that a page waits for costs a request, whatever its size.

/** What only some pages show: it comes with them. */
const HEAVY =
  /\/node_modules\/(react-number-format|@mantine\/core\/.*\/NumberInput|@xyflow|elkjs|uplot|plotly|vega|d3-|react-markdown|remark|micromark|mdast|unist)/;
const TABLE =
  /\/(node_modules\/@tanstack\/(react-)?(table|virtual)|src\/shared\/ui\/(table\/|DataTable|ListBody|ListPage|Things))/;
const SHARED = /\/(node_modules|src\/shared\/(?!graph|gantt|log))\/?/;
const MANY_PAGES = 3;

/** What asks for a page's data before all other code is there; what all pages need; the table of all lists; what else
 * many pages need. Whatever is left comes with the one page that needs it. */
export const chunks = [
  { name: "early", test: /\/src\/shared\/api\/(early|place)\.ts$/, priority: 4 },
  { name: "base", tags: ["$initial" as const], priority: 3 },
  { name: "table", test: TABLE, minShareCount: MANY_PAGES, includeDependenciesRecursively: false, priority: 2 },
  {
    name: "parts",
    test: (id: string) => SHARED.test(id) && !HEAVY.test(id),
    minShareCount: MANY_PAGES,
    includeDependenciesRecursively: false,
    priority: 1,
  },
];
