"""Kerberos tickets from a keytab, by the program `kinit`."""

from __future__ import annotations

import logging
import subprocess
import sys

from airflow.configuration import conf
from airflow.utils.net import get_hostname

__all__ = ["get_kerberos_principal", "renew_from_kt"]

log = logging.getLogger(__name__)


def get_kerberos_principal(principal: str | None) -> str:
    """A principal; where none is given, that of the settings, with this host in the place of ``_HOST``."""
    known = principal or conf.get_mandatory_value("kerberos", "principal")
    return known.replace("_HOST", get_hostname())


def renew_from_kt(principal: str | None, keytab: str, exit_on_fail: bool = True) -> int:
    """Fetch a ticket.

    Args:
        principal: whose; None: that of the settings.
        keytab: the file with the key.
        exit_on_fail: end the process where there is none.

    Returns:
        The exit status of `kinit`.
    """
    minutes = conf.getint("kerberos", "reinit_frequency", fallback=3600)
    command = [
        conf.get("kerberos", "kinit_path", fallback="kinit"),
        "-f" if conf.getboolean("kerberos", "forwardable", fallback=True) else "-F",
        "-a" if conf.getboolean("kerberos", "include_ip", fallback=True) else "-A",
        *("-r", f"{minutes}m", "-k", "-t", keytab),
        *("-c", conf.get("kerberos", "ccache", fallback="/tmp/airflow_krb5_ccache")),  # noqa: S108 - Airflow's default
        get_kerberos_principal(principal),
    ]
    log.info("Fetching a ticket: %s", " ".join(command))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        log.error("kinit ended with %d: %s %s", done.returncode, done.stdout, done.stderr)
        if exit_on_fail:
            sys.exit(done.returncode)
    return done.returncode
