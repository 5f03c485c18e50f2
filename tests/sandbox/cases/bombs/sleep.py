# does: sleeps
# limits: wall=0.4
# expect: wall-time
# flask: import request
import time

time.sleep(10)
