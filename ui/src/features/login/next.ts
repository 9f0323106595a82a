// Where a log-in leads: to an address of this server, as a browser reads it.

/** The whole address of a path of this server; what leads elsewhere leads home. */
export function safe(next: string | undefined, here = window.location.origin): string {
  const home = `${here}/`;
  if (!next?.startsWith("/")) return home;
  try {
    const meant = new URL(next, here); // as browsers do, without tabs and line ends, and with slashes for backslashes
    return meant.origin === here ? meant.href : home;
  } catch {
    return home;
  }
}
