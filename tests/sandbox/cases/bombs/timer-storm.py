# does: an interval timer of a microsecond, and profiling signals
# limits: cpu=2 wall=5
# expect: exited:0
import signal
import time

hits = 0


def count(*_):
    global hits
    hits += 1


signal.signal(signal.SIGPROF, count)
signal.signal(signal.SIGVTALRM, count)
signal.setitimer(signal.ITIMER_PROF, 1e-6, 1e-6)
signal.setitimer(signal.ITIMER_VIRTUAL, 1e-6, 1e-6)
end = time.monotonic() + 0.15
while time.monotonic() < end:
    pass
signal.setitimer(signal.ITIMER_PROF, 0)
signal.setitimer(signal.ITIMER_VIRTUAL, 0)
