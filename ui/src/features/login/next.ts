// Where a log-in leads: to an address of this server, as a browser reads it.

/** A path of this server; what leads elsewhere leads home. */
export function safe(next: string | undefined, here = window.location.origin): string {
  if (!next?.startsWith("/")) return "/";
  try {
    const meant = new URL(next, here); // as browsers do, without tabs and line ends, and with slashes for backslashes
    const path = meant.pathname + meant.search + meant.hash;
    return meant.origin === here && !path.startsWith("//") ? path : "/";
  } catch {
    return "/";
  }
}
