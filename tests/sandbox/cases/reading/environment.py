# does: looks for secrets in the environment, its own and that of others
# expect: exited:0
# bare-void: /proc cannot be opened
# flask: import
import os

from attack import FACTS, escaped

text = "\0".join("%s=%s" % pair for pair in os.environ.items())
with open("/proc/self/environ", "rb") as file:
    text += file.read().decode("utf-8", "replace")
for word in (FACTS["secret"], "FUMEHOOD_", "SUDO_", "SSH_", "TOKEN",
             "LD_PRELOAD", "PYTHONPATH", "XDG_RUNTIME_DIR"):
    if word != "unset" and word in text:
        escaped("%s in the environment" % word)
if len(os.environ) > 16:
    escaped("%d variables: %s" % (len(os.environ), sorted(os.environ)))
