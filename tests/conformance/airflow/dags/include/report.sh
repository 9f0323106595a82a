echo "$NAME of {{ data_interval_end | ds }}"
