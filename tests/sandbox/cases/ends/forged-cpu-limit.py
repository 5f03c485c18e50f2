# does: raises the signal of the processor limit: the limit was not reached
# expect: signalled:24
import os
import signal

os.kill(os.getpid(), signal.SIGXCPU)
