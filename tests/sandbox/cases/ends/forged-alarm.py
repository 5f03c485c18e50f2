# does: ends by its own alarm clock, long before the wall clock
# expect: signalled:14
import signal
import time

signal.setitimer(signal.ITIMER_REAL, 0.05)
time.sleep(5)
