"""Tasks that misbehave, one DAG each, and one that is well."""

import datetime
import os
import signal
import subprocess
import sys
import time

from tradewind import DAG, task

COMMON = {"schedule": None, "start_date": datetime.datetime(2024, 1, 1), "is_paused_upon_creation": False}


class Unknown:
    """A type that no codec knows."""


with DAG("good", **COMMON):

    @task
    def fine():
        return 42

    fine()

with DAG("prints", **COMMON):

    @task
    def prints():
        line = "x" * 1023 + "\n"
        for _ in range(100 * 1024):
            sys.stdout.write(line)

    prints()

with DAG("unserialisable", **COMMON):

    @task
    def unserialisable():
        return {"a": Unknown()}

    unserialisable()

with DAG("forks", **COMMON):

    @task
    def forks():
        subprocess.Popen(["setsid", "sleep", os.environ["LEFT_BEHIND"]])
        subprocess.Popen(["sleep", os.environ["LEFT_BEHIND"]])

    forks()

with DAG("deaf", **COMMON):

    @task(execution_timeout=datetime.timedelta(hours=1))
    def deaf():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("deaf now", flush=True)
        while True:
            time.sleep(0.1)

    deaf()

with DAG("slow", **COMMON):

    @task(execution_timeout=datetime.timedelta(seconds=0.5))
    def slow():
        while True:
            time.sleep(0.1)

    slow()

with DAG("hungry", **COMMON):

    @task
    def hungry():
        hoard = []
        while True:
            hoard.append(bytearray(64 * 1024 * 1024))
            for i in range(0, len(hoard[-1]), 4096):
                hoard[-1][i] = 1

    hungry()

with DAG("dies", **COMMON):

    @task
    def dies():
        print("last words", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

    dies()
