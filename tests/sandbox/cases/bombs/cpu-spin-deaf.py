# does: spins, and ignores the signals that announce limits
# limits: cpu=0.4 wall=10
# expect: cpu-time
import signal

for name in ("SIGXCPU", "SIGTERM", "SIGINT", "SIGVTALRM", "SIGPROF"):
    signal.signal(getattr(signal, name), signal.SIG_IGN)
while True:
    pass
