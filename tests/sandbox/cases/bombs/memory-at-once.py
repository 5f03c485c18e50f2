# does: has the kernel fill 1 GiB in one call, faster than anybody can sample
# limits: memory=96M wall=10
# expect: memory
# expect-none: memory exited:1
import mmap

try:
    area = mmap.mmap(-1, 1 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
                     | getattr(mmap, "MAP_POPULATE", 0x8000))
except OSError:
    raise SystemExit(1)
if area[0] == 0:
    import attack
    attack.escaped("1 GiB of memory is there")
