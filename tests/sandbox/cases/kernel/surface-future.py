# does: calls newer than the filter, and numbers that no kernel has yet
# expect: exited:0
import errno

from attack import escaped, filtered, forked, syscall

BAD = (-1, -1, -1, -1, -1, -1)
for number in (467, 468, 469):
    filtered("call %d" % number, lambda: syscall(number, *BAD))
for number in list(range(470, 560)) + [1023, 4095, 0x7fffffff]:
    result = forked(lambda: syscall(number, *BAD))
    if result != -errno.ENOSYS and result > -1000:
        escaped("call %d answered %d and not ENOSYS" % (number, result))
