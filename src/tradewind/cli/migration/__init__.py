"""Moving from Airflow: what DAG files of it mean here, and taking over what its database holds.

A check looks at each file twice. First as text: `folder` finds the files, `source` reads one and resolves what its names
mean, and the rules (`arguments`, `contexts`, `imports`, `habits`) give findings with a line and a code of `rulebook`. Nothing of
the user's runs, so it works where nothing is installed and for files that can't be imported. Names are looked up in
the `airflow` namespace itself, in a process of its own (`namespace`), or in a list that is shipped. Then `importing` parses
each file as the server would, and what the text did not tell becomes a finding too. `configuration` and `requirements`
do the same for airflow.cfg and requirements.txt; `report` prints it all.

The import reads the files that Airflow's command line writes (`exports`) or asks a running Airflow (`remote`), and stores
through the API (`taking_over`).
"""
