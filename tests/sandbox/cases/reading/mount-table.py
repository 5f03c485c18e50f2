# does: reads the mount table: all but scratch must be read-only and nosuid
# expect: exited:0
# bare-void: /proc cannot be opened
from attack import escaped

SCRATCH = ("/tmp", "/dev/shm", "/submission", "/data", "/var/tmp", "/run", "/home")
with open("/proc/self/mountinfo") as lines:
    for line in lines:
        fields = line.split()
        where, options = fields[4], set(fields[5].split(","))
        kind = fields[fields.index("-") + 1]
        if "nosuid" not in options:
            escaped("%s may hold setuid programs" % where)
        if "nodev" not in options and not where.startswith("/dev"):
            escaped("%s may hold devices" % where)
        if "rw" in options and not where.startswith(SCRATCH) \
                and kind not in ("proc", "devpts") \
                and not where.startswith("/dev/"):
            escaped("%s is writable" % where)
        if any(field.startswith(("shared:", "master:")) for field in fields):
            escaped("%s hears of mounts outside" % where)
