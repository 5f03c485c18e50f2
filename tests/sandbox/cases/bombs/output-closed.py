# does: closes its outputs and goes on working
# limits: wall=5
# expect: exited:6
import os
import time

os.close(1)
os.close(2)
time.sleep(0.1)
os._exit(6)
