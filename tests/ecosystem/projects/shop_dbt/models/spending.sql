select c.name, coalesce(sum(o.amount), 0) as amount
from {{ ref('customers') }} as c
left join {{ ref('orders') }} as o using (customer_id)
group by c.name
