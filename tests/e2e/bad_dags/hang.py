"""An import that never ends; dag, tradewind."""

import time

while True:
    time.sleep(1)
