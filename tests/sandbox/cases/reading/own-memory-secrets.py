# does: searches its whole memory for what whoever started it knew
# expect: exited:0
# bare-void: /proc cannot be opened
# flask: import
import re

from attack import escaped

# Put together here, so that it does not find itself.
WANTED = re.compile(b"fumehood-" + b"hidden-[0-9a-f]{16}")
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as mem:
    for line in maps:
        span, rights = line.split()[:2]
        start, end = (int(part, 16) for part in span.split("-"))
        if "r" not in rights or "[v" in line or end - start > 64 << 20:
            continue
        try:
            mem.seek(start)
            found = WANTED.search(mem.read(end - start))
        except (OSError, ValueError, OverflowError):
            continue
        if found:
            escaped("a secret of the environment in %s" % line.strip())
