from airflow.sdk import Asset, AssetAlias, DAG, Metadata, asset, task
import pendulum
@asset(schedule="@daily", uri="file:///data/raw.json", name="raw")
def raw(self, context): return {"a": 1}
@asset(schedule=raw)
def clean(context, raw): return "ok"
@asset.multi(schedule=None, outlets=[Asset("x1"), Asset("x2")])
def multi(): return 2
with DAG("alias", start_date=pendulum.datetime(2024,1,1), schedule=None):
    @task(outlets=[AssetAlias("al")])
    def emit(*, outlet_events):
        outlet_events[AssetAlias("al")].add(Asset("s3://b/k"), extra={"k": 1})
        yield Metadata(Asset("s3://b/k2"), {"r": 1}, alias=AssetAlias("al"))
    emit()
