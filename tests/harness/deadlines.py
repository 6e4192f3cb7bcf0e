"""How long tests wait. TANDEM_TEST_PATIENCE makes all of it so many times as long, for a slow or busy machine."""

import os
import time

PATIENCE = float(os.environ.get("TANDEM_TEST_PATIENCE", 1))
DEADLINE_S = 60  # wait_for() multiplies what it is given; whoever waits otherwise takes PATIENT_S
PATIENT_S = DEADLINE_S * PATIENCE


def wait_for(condition, what, deadline_s=DEADLINE_S, pause_s=0.005):
    """The first true value of `condition()`; fails with `what` after the deadline. `pause_s` grows to 0.1 s."""
    deadline_s *= PATIENCE
    end = time.monotonic() + deadline_s
    pause = pause_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("waited %d s for %s" % (deadline_s, what))
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
