"""Will a flight out of New York arrive more than 15 minutes late? From five files to a model that may be used.

All 336,776 flights of 2013, with the weather they were planned into. Five sources are read side by side and checked; joined
so that each flight sees only what was known before it left; six sets of features compete, then three models; the winner
is judged on the last weeks, which nobody has looked at before; it is kept if it reaches the target, and there is a
report in any case.

    tradewind dags trigger flight_delays            # learn from the whole year
    tradewind dags trigger flight_delays --conf '{"target_auc": 0.75}'

A run learns from the days before the end of its data interval: a catch-up over 2013 shows the model as it would
have been on each day. The target is the run's parameter `target_auc`, or else the Variable `flight_delays_target_auc`.
Results lie in `$TRADEWIND_HOME/flight_delays/runs/<run>`: report.html, model.joblib, model_card.json.
"""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flight_delays import data
from flight_delays.choices import FEATURE_SETS, MIN_DAYS, MODELS, TARGET, TARGET_AUC
from tradewind import CronDataIntervalTimetable, Param, TaskGroup, Variable, dag, get_current_context, task

NEW_YORK = ZoneInfo("America/New_York")  # where the days of the data begin and end


@task(retries=2, retry_delay=timedelta(seconds=10))
def extract(source, data_interval_end=None):
    """One source as a frame: flights and weather up to the end of the run's interval, the others whole."""
    frame = data.load(source)
    if data_interval_end is not None and {"year", "month", "day"} <= set(frame.columns):
        import pandas as pd

        end = pd.Timestamp(data_interval_end.astimezone(NEW_YORK).date())
        frame = frame[pd.to_datetime(frame[["year", "month", "day"]]) < end]
    print(f"{len(frame):,} rows of {source}")
    return frame


@task.short_circuit
def enough_history(flights):
    """A run of one of the first days has too little to learn from: the rest is skipped."""
    days = len(flights[["year", "month", "day"]].drop_duplicates())
    print(f"{days} days of flights, {MIN_DAYS} are needed")
    return days >= MIN_DAYS


@task
def check_quality(flights, weather, planes, airports, airlines):
    """Keys, nulls, ranges, gaps, and that the sources fit together. A retry would find the same data, so there is none."""
    from flight_delays import checks
    from tradewind.sdk.exceptions import AirflowFailException

    sources = {"flights": flights, "weather": weather, "planes": planes, "airports": airports, "airlines": airlines}
    results = checks.check_sources(sources)
    print(checks.table(results))
    failed = checks.failures(results)
    if failed:
        raise AirflowFailException(f"{len(failed)} checks of the sources failed:\n{checks.table(failed)}")
    return {"checks": len(results)}


@task
def join_sources(flights, weather, planes, airports, airlines):
    """One row a flight, with the weather known an hour before."""
    from flight_delays import features

    return features.join_sources(flights, weather, planes, airports, airlines)


@task
def build_features(joined):
    """All features of all sets; stored as Parquet, since the result is a frame."""
    from flight_delays import features

    return features.build_features(joined)


@task(
    map_index_template="{{ task.op_kwargs['name'] }}", max_active_tis_per_dagrun=3
)  # each holds all flights in memory
def score_feature_set(name, features):
    """How far a small model gets with this set: learnt on the first period, scored on the next."""
    from flight_delays import models

    cut = models.periods(features)
    learn, choose = (
        models.part(features, cut.first, cut.validate_from),
        models.part(features, cut.validate_from, cut.test_from),
    )
    model = models.quick_model()
    seconds = models.fit(model, learn, FEATURE_SETS[name])
    score = models.scores(choose[TARGET], models.probabilities(model, choose, FEATURE_SETS[name]))
    return {"feature_set": name, "features": len(FEATURE_SETS[name]), "seconds": seconds, **score}


@task
def choose_features(scores):
    """The smallest set among those that are as good as the best one."""
    from flight_delays.choices import choose_feature_set

    return choose_feature_set(list(scores))


@task(map_index_template="{{ task.op_kwargs['model'] }}")
def train(model, feature_set, features):
    """One of the models on the chosen features, scored on the same period as the features were."""
    from flight_delays import models

    cut, columns = models.periods(features), FEATURE_SETS[feature_set]
    learn, choose = (
        models.part(features, cut.first, cut.validate_from),
        models.part(features, cut.validate_from, cut.test_from),
    )
    candidate = models.build_model(model)
    seconds = models.fit(candidate, learn, columns)
    return {
        "model": model,
        "seconds": seconds,
        **models.scores(choose[TARGET], models.probabilities(candidate, choose, columns)),
    }


@task
def evaluate(results, feature_set, features):
    """The best model, learnt anew from everything before the last period, and judged on that one."""
    from flight_delays import card, models

    context = get_current_context()
    best = max(results, key=lambda result: result["auc"])["model"]
    cut, columns = models.periods(features), FEATURE_SETS[feature_set]
    test = models.part(features, cut.test_from)
    model = models.build_model(best)
    seconds = models.fit(model, models.part(features, cut.first, cut.test_from), columns)
    probability = models.probabilities(model, test, columns)
    predictions = test[["day", "hour", TARGET]].assign(probability=probability)
    context["ti"].xcom_push("predictions", predictions)
    folder = results_folder(context)
    return {
        "model": best,
        "feature_set": feature_set,
        "columns": list(columns),
        "parameters": models.parameters(model),
        "periods": cut.as_text(),
        "seconds": seconds,
        "scores": models.scores(test[TARGET], probability),
        "importance": models.importance(model, test, columns),
        "model_file": str(folder / "model.joblib"),
        "model_sha256": card.save_model(model, folder / "model.joblib"),
    }


@task
def write_report(evaluation, predictions, feature_scores, model_scores):
    """Plots and a page for people, whether or not the target was reached."""
    from flight_delays import report

    context = get_current_context()
    folder, score = Path(evaluation["model_file"]).parent, evaluation["scores"]
    report.draw_plots(predictions, evaluation["importance"], folder)
    target = wanted_auc(context)
    reached = "reaches" if score["auc"] >= target else "misses"
    verdict = f"{evaluation['model']} has an AUC of {score['auc']:.3f} on flights it never saw: it {reached} the target of {target:.3f}."
    sections = {
        "Scores on the test period": [score],
        "Periods": [evaluation["periods"]],
        "Sets of features": list(feature_scores),
        "Models": list(model_scores),
    }
    path = report.write_report(folder, "Late flights out of New York", verdict, sections)
    print(f"{verdict}\nThe report: {path}")
    return str(path)


@task
def kpi_gate(evaluation):
    """Only a model that reaches the target goes on. A miss is for a person to look at: the run fails and says so."""
    from tradewind.sdk.exceptions import AirflowFailException

    auc, target = evaluation["scores"]["auc"], wanted_auc(get_current_context())
    if auc < target:
        raise AirflowFailException(
            f"AUC {auc:.4f} of {evaluation['model']} is below the target of {target}: the model is not kept"
        )
    print(f"AUC {auc:.4f} reaches the target of {target}")


@task
def store_winner(evaluation):
    """The model's card: what it was made of and how, so that it can be made again."""
    from flight_delays import card

    context = get_current_context()
    run = {
        "dag_id": context["dag"].dag_id,
        "run_id": context["run_id"],
        # A run by hand may have no interval: then it saw all that was there when it was asked for.
        "data_until": str(context.get("data_interval_end") or context["dag_run"].run_after),
    }
    path = Path(evaluation["model_file"]).parent / "model_card.json"
    card.write_card(card.model_card(evaluation, run), path)
    print(f"The model and its card: {path.parent}")
    return str(path)


def wanted_auc(context):
    """The target of this run: its parameter, else the Variable, else what the project agreed on."""
    chosen = context["params"]["target_auc"]
    return float(chosen if chosen is not None else Variable.get("flight_delays_target_auc", default=TARGET_AUC))


def results_folder(context):
    """The folder of this run's results, made on first use."""
    name = "".join(letter if letter.isalnum() else "_" for letter in context["run_id"])
    folder = data.home() / "runs" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dag(
    schedule=CronDataIntervalTimetable("@daily", timezone="America/New_York"),
    start_date=datetime(2013, 1, 1, tzinfo=NEW_YORK),
    end_date=datetime(2013, 12, 31, tzinfo=NEW_YORK),
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=1,
    params={
        "target_auc": Param(
            None, type=["null", "number"], minimum=0.5, maximum=1, description="AUC the winner must reach"
        )
    },
    tags=["flagship", "machine learning"],
    doc_md=__doc__,
)
def flight_delays():
    """The shape of the pipeline: what follows from what."""
    with TaskGroup("extract"):
        sources = {name: extract.override(task_id=name)(name) for name in data.SOURCES}
    checked = check_quality(**sources)
    joined = join_sources(**sources)
    [checked, enough_history(sources["flights"])] >> joined
    features = build_features(joined)

    feature_scores = score_feature_set.partial(features=features).expand(name=list(FEATURE_SETS))
    feature_set = choose_features(feature_scores)
    model_scores = train.partial(features=features, feature_set=feature_set).expand(model=list(MODELS))

    evaluation = evaluate(model_scores, feature_set, features)
    predictions = evaluation["predictions"]
    write_report(evaluation, predictions, feature_scores, model_scores)
    kpi_gate(evaluation) >> store_winner(evaluation)


flight_delays()
