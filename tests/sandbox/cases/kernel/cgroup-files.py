# does: looks for cgroup files, and releases itself with release_agent
# expect: exited:0
# bare-void: /proc cannot be opened
import os

from attack import escaped, refused, syscall

for root in ("/sys/fs/cgroup", "/cgroup", "/tmp/cgroup", "/dev/cgroup"):
    for folder, _, files in os.walk(root):
        for name in files:
            path = os.path.join(folder, name)
            if os.access(path, os.W_OK):
                escaped(path + " is writable")
for controller in (b"memory", b"pids", b"rdma", b"cpu", b"none,name=x"):
    refused("mounting " + controller.decode(), lambda: syscall(
        "mount", b"cgroup", b"/tmp", b"cgroup", 0, controller))
with open("/proc/self/cgroup") as lines:
    for line in lines:
        if "/.." in line:
            escaped("outside its own cgroup: " + line.strip())
