// Where the page is: which workspace its address names, and where that workspace's API is.

const OPENING = /^\/w\/([^/]+)(?=\/|$)/;

/** The workspace of an address, and the part of the path before the pages' own. */
export function placeOf(path: string): { workspace: string; basepath: string } {
  const found = OPENING.exec(path);
  return found?.[1]
    ? { workspace: decodeURIComponent(found[1]), basepath: found[0] }
    : { workspace: "default", basepath: "/" };
}

const here = placeOf(window.location.pathname);

export const workspace = here.workspace;
export const basepath = here.basepath;
/** What goes before `/api/v2/...` and `/auth/...`. */
export const apiBase = here.basepath === "/" ? "" : here.basepath;
