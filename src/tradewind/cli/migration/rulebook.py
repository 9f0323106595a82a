"""The rules of the check: a code that never changes its meaning, how much it weighs, and what it is about."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RULES", "Rule"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule."""

    level: str
    """Name of a `Level`."""
    title: str
    """A few words, for summaries."""
    meaning: str
    """What it means for the one who has the file."""


RULES = {
    # The file itself
    "TW001": Rule("UNSUPPORTED", "files that can't be read", "The file can't be read as Python text."),
    "TW002": Rule("UNSUPPORTED", "syntax errors", "The Python of this machine can't read the file."),
    "TW003": Rule("UNSUPPORTED", "files that fail on import", "The file raises when it is imported here."),
    "TW004": Rule("UNSUPPORTED", "archives that can't be read", "The archive is damaged, or is none."),
    "TW006": Rule(
        "DIFFERENT", "files that import slowly", "Importing takes a large part of the time that a file may take."
    ),
    "TW007": Rule(
        "NEEDS", "reads on import", "The top of the file asks for a Variable or Connection that is not stored here."
    ),
    "TW008": Rule(
        "DIFFERENT",
        ".airflowignore of Airflow 2",
        "Patterns are globs, as in Airflow 3; Airflow 2 took regular expressions.",
    ),
    # What Airflow 3 has dropped or changed
    "TW101": Rule(
        "UNSUPPORTED",
        "schedule_interval= and timetable=",
        "The schedule of a DAG is given as `schedule`, as in Airflow 3.",
    ),
    "TW102": Rule(
        "UNSUPPORTED", "arguments that DAGs no longer have", "The DAG refuses the argument, as in Airflow 3."
    ),
    "TW103": Rule(
        "UNSUPPORTED", "arguments that operators no longer have", "The operator refuses the argument, as in Airflow 3."
    ),
    "TW104": Rule("DIFFERENT", "SLAs", "SLAs have no effect, as in Airflow 3; deadlines take their place."),
    "TW105": Rule(
        "UNSUPPORTED", "positional arguments of operators", "Operators take arguments by name only, as in Airflow 3."
    ),
    "TW106": Rule("UNSUPPORTED", "trigger rules of old names", "The trigger rule has another name since Airflow 3."),
    "TW107": Rule(
        "UNSUPPORTED",
        "methods that DAGs no longer have",
        "The method or attribute of the DAG is gone, as in Airflow 3.",
    ),
    "TW108": Rule("UNSUPPORTED", "SubDAGs", "SubDAGs are gone, as in Airflow 3; task groups take their place."),
    "TW110": Rule(
        "RUNS", "import paths of Airflow 2", "The path still works, and warns once; the new one works in Airflow 3 too."
    ),
    "TW111": Rule(
        "DIFFERENT",
        "catchup not said",
        "`catchup` is False unless the DAG says otherwise, as in Airflow 3; Airflow 2 said True.",
    ),
    "TW112": Rule(
        "DIFFERENT",
        "dates of runs",
        "The logical date is the moment at which a run is due, as in Airflow 3; in Airflow 2 it was an interval earlier.",
    ),
    "TW113": Rule(
        "DIFFERENT",
        "xcom_pull without task_ids",
        "Without `task_ids` it reads values of the task itself, as in Airflow 3.",
    ),
    "TW114": Rule(
        "DIFFERENT",
        "no schedule",
        "Without `schedule` a DAG runs by hand only, as in Airflow 3; Airflow 2 ran it each day.",
    ),
    "TW120": Rule(
        "UNSUPPORTED",
        "removed names in templates",
        "The template asks for a name that the context no longer has, as in Airflow 3.",
    ),
    "TW121": Rule("UNSUPPORTED", "removed keys of the context", "The context no longer has the key, as in Airflow 3."),
    "TW122": Rule(
        "UNSUPPORTED",
        "removed keys as parameters",
        "The parameter was filled from a key that the context no longer has, as in Airflow 3.",
    ),
    "TW123": Rule(
        "UNSUPPORTED",
        "removed attributes of runs",
        "Runs and task instances no longer have the attribute, as in Airflow 3.",
    ),
    "TW124": Rule(
        "DIFFERENT",
        "dates in runs of assets",
        "A run that assets start has no logical date and no data interval, as in Airflow 3: these keys are absent.",
    ),
    # Names and packages
    "TW201": Rule(
        "UNSUPPORTED",
        "names that are not there",
        "The `airflow` namespace of Tradewind does not have the name: importing it raises ImportError.",
    ),
    "TW202": Rule("NEEDS", "provider packages that are not installed", "The name comes with a provider package."),
    "TW203": Rule(
        "UNSUPPORTED",
        "names that an installed provider lacks",
        "The installed version of the provider package does not have it.",
    ),
    "TW204": Rule("UNSUPPORTED", "paths of Airflow 1", "The module moved into a provider package with Airflow 2."),
    "TW205": Rule(
        "UNSUPPORTED", "access to the database", "DAG files and tasks have no way to the database, as in Airflow 3."
    ),
    "TW206": Rule(
        "UNSUPPORTED",
        "airflow.contrib",
        "`airflow.contrib` is gone since Airflow 3, and this part of it is in no provider package that is known here.",
    ),
    "TW207": Rule(
        "UNSUPPORTED",
        "parts of Airflow's own server",
        "It is a part of Airflow's server or command line, which Tradewind has its own of.",
    ),
    "TW208": Rule("NEEDS", "packages that are not installed", "The file imports a package that is not installed here."),
    # What Tradewind does in another way
    "TW301": Rule(
        "DIFFERENT",
        "pages of plugins",
        "Macros, timetables, priority strategies and listeners of plugins work; their pages and apps are passed over.",
    ),
    "TW302": Rule(
        "DIFFERENT",
        "listeners nobody calls",
        "Listeners hear of task instances, runs, changed assets and new import errors; of nothing else.",
    ),
    "TW303": Rule(
        "UNSUPPORTED",
        "executors of other names",
        "Tradewind has executors of its own; a name that is not in `executor.name` starts nothing.",
    ),
    "TW304": Rule(
        "DIFFERENT", "executor_config", "The argument is accepted and has no effect: tasks run in local processes."
    ),
    "TW305": Rule(
        "DIFFERENT", "run_as_user", "The argument is accepted and has no effect: tasks run as the user of the server."
    ),
    "TW306": Rule(
        "UNSUPPORTED",
        "own partition mappers",
        "Partition mappers and windows of your own are refused: the scheduler runs no code of yours.",
    ),
    "TW307": Rule("DIFFERENT", "access of assets", "`AssetAccessControl` is accepted and has no effect."),
    "TW308": Rule(
        "DIFFERENT",
        "DagBag in files",
        "`DagBag` imports files into the process that asks, and knows nothing of the database.",
    ),
    # airflow.cfg
    "TW401": Rule("RUNS", "options with a setting here", "The option means the same as a setting of Tradewind."),
    "TW402": Rule(
        "RUNS",
        "options that code reads",
        "Code that asks `conf` for it gets this value; Tradewind itself does not look at it.",
    ),
    "TW403": Rule(
        "DIFFERENT", "options without effect", "Tradewind has no counterpart, and needs none or does it in another way."
    ),
    "TW404": Rule("UNSUPPORTED", "options that can't be followed", "What the option asks for is not supported."),
    "TW405": Rule("UNSUPPORTED", "airflow.cfg that can't be read", "The file is not in the format of airflow.cfg."),
    # requirements.txt
    "TW501": Rule(
        "DIFFERENT",
        "Airflow in requirements",
        "Apache Airflow and Tradewind own the same name and can't be installed together.",
    ),
    "TW502": Rule(
        "NEEDS", "providers in requirements", "Provider packages are installed with a command that keeps Airflow out."
    ),
    "TW503": Rule(
        "DIFFERENT",
        "packages that bring Airflow",
        "The package asks for Apache Airflow; installed the ordinary way it would bring it along.",
    ),
}
"""Code -> rule."""
