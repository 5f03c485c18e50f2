# does: a family that sleeps, is stopped or waits for each other, for ever
# limits: idle=0.5 wall=10
# expect: idle
import os
import signal
import time

reader, _ = os.pipe()
for number in range(6):
    if os.fork() == 0:
        os.setsid()
        if number % 3 == 0:
            os.kill(os.getpid(), signal.SIGSTOP)
        elif number % 3 == 1:
            os.read(reader, 1)
        time.sleep(60)
time.sleep(60)
