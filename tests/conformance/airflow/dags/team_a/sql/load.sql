insert into {{ params.table }} select {{ params.columns | join(", ") }} from staging where day = '{{ ds }}'
{%- include "sql/where.sql" %}
