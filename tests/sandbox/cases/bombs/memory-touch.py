# does: allocates and touches memory, 2 GiB at most
# limits: memory=96M wall=10
# expect: memory
# expect-none: memory exited:1
# flask: import request after
kept = []
try:
    for _ in range(256):
        kept.append(bytearray(b"\xa5") * (8 << 20))
except MemoryError:
    raise SystemExit(1)
