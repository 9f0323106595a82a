"""The flagship: will a flight out of New York arrive more than 15 minutes late? `flight_delays.py` is the DAG."""
