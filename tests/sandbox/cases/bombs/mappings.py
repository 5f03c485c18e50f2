# does: splits memory into as many mappings as the kernel allows
# limits: memory=128M wall=5
# expect: exited:0 memory
import mmap

kept = []
try:
    for i in range(40000):
        kept.append(mmap.mmap(-1, 4096, prot=1 + (i & 1) * 2))
except (OSError, MemoryError):
    pass
