# does: SIGKILL to everything that it may signal, then goes on
# expect: exited:0
# needs: shield
import os
import signal

for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        os.kill(-1, number)
    except OSError:
        pass
if os.fork() == 0:
    os._exit(0)
os.wait()
