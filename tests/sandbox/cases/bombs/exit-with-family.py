# does: ends while twelve children spin
# limits: processes=40 wall=10
# expect: exited:0
import os

from attack import bounded

for _ in range(12):
    if os.fork() == 0:
        bounded(8)
        while True:
            pass
