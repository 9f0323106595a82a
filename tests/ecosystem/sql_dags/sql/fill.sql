{% for n in range(1, params.rows + 1) %}
INSERT INTO orders (id, amount, day) VALUES ({{ n }}, {{ n * 10 }}, '{{ ds }}');
{% endfor %}
INSERT INTO orders (id, amount, day) VALUES (100, 60, '{{ macros.ds_add(ds, -1) }}');
