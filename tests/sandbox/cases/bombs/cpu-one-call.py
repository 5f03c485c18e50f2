# does: one C call that takes long and looks at no signal: 3 ** (10 ** 8)
# limits: cpu=1 wall=10
# expect: cpu-time
# flask: import request
import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)
value = 3 ** (10 ** 8)
