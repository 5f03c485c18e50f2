# does: asks never to be the one that the kernel kills, then allocates
# limits: memory=96M wall=10
# expect: memory
# expect-none: memory exited:1
from attack import escaped

try:
    with open("/proc/self/oom_score_adj", "w") as adjust:
        adjust.write("-1000")
    escaped("oom_score_adj lowered to -1000")
except OSError:
    pass
kept = []
try:
    for _ in range(128):
        kept.append(bytearray(b"\xa5") * (8 << 20))
except MemoryError:
    raise SystemExit(1)
