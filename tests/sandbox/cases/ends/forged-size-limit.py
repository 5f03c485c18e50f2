# does: raises the signal of the file size limit
# expect: signalled:25
import os
import signal

signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
os.kill(os.getpid(), signal.SIGXFSZ)
