# does: System V message queues and semaphores, as many as there may be
# limits: memory=96M wall=10
# expect: memory exited:0
from attack import escaped, syscall

made = sum(syscall("msgget", 0x60000000 + key, 0o1666) >= 0
           for key in range(3000))
made += sum(syscall("semget", 0x61000000 + key, 250, 0o1666) >= 0
            for key in range(3000))
if made > 40000:
    escaped("%d System V objects" % made)
