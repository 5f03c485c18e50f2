# does: four processes spin; none of them reaches the limit alone
# limits: cpu=0.6 wall=10
# expect: cpu-time
# flask: import
import os

from attack import bounded

for _ in range(3):
    if os.fork() == 0:
        bounded(8)
        while True:
            pass
while True:
    pass
