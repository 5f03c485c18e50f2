# does: raises the signal of a refused system call
# expect: signalled:31
import os
import signal

os.kill(os.getpid(), signal.SIGSYS)
