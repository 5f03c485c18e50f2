# does: watches watchers with watchers, each of fifty by each of fifty
# limits: wall=5 files=256
# expect: exited:0 wall-time
import select

levels = [[select.epoll() for _ in range(50)] for _ in range(4)]
for above, below in zip(levels, levels[1:]):
    for one in above:
        for other in below:
            try:
                one.register(other.fileno())
            except OSError:
                pass
