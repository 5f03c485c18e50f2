# does: reads from /proc where on the machine its cgroup is
# expect: exited:0
# bare-void: /proc cannot be opened
from attack import escaped

with open("/proc/self/cgroup") as lines:
    for line in lines:
        path = line.rstrip("\n").split(":", 2)[2]
        if "fumehood" in path:
            escaped("the path shows through: " + path)
