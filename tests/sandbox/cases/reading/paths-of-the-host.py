# does: reads from the mount table where on the host things lie
# expect: exited:0
# bare-void: /proc cannot be opened
from attack import FACTS, say

with open("/proc/self/mountinfo") as lines:
    for line in lines:
        root = line.split()[3]
        if FACTS["secret_file"].rpartition("/")[0] in line \
                or "fumehood" in line:
            say("NOTE", "shows a path of the host: " + root)
