from airflow.exceptions import AirflowClusterPolicyViolation
def task_policy(task):
    if task.owner == "airflow" and task.dag_id.startswith("uses_"):
        task.owner = "policy"
def dag_policy(dag):
    if dag.dag_id == "forbidden":
        raise AirflowClusterPolicyViolation("not allowed")
def task_instance_mutation_hook(task_instance):
    pass
