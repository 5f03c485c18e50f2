# does: SIGKILL to itself: its own doing and no limit's
# expect: signalled:9
# flask: import
import os

os.kill(os.getpid(), 9)
