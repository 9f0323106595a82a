"""Airflow's `airflow.partition_mappers.fixed_key`, resolved to the objects of Tradewind."""

from airflow._forward import forward

__getattr__, __dir__ = forward(
    __name__,
    "PartitionMapper IdentityMapper FixedKeyMapper AllowedKeyMapper ChainMapper ProductMapper RollupMapper FanOutMapper StartOfHourMapper StartOfDayMapper StartOfWeekMapper StartOfMonthMapper StartOfQuarterMapper StartOfYearMapper",
)
