# does: creates POSIX timers until there is no room
# limits: wall=5
# expect: exited:0
import ctypes

from attack import escaped, syscall

timer = (ctypes.c_int * 1)()
made = 0
while made < 200000 and syscall("timer_create", 1, 0, timer) >= 0:
    made += 1
if made == 200000:
    escaped("200000 timers")
