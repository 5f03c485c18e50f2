# does: stops itself; nobody will wake it
# limits: wall=0.4
# expect: wall-time
# flask: import request
import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)
