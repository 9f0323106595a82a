select '{{ ds }}' as d, {{ params.get('n', 3) }}
