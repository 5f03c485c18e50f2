# does: executes what it wrote itself, by name, link and script
# expect: exited:0
# rests-on: seccomp: it looks for the filter itself
import os
import shutil
import subprocess

from attack import escaped

shutil.copy("/bin/cat", "/tmp/cat")
os.symlink("/tmp/cat", "/tmp/cat-link")
with open("/tmp/script", "w") as script:
    script.write("#!/tmp/cat\n")
os.chmod("/tmp/script", 0o755)
for command in (["/tmp/cat", "/proc/self/status"],
                ["/tmp/cat-link", "/proc/self/status"],
                ["/lib64/ld-linux-x86-64.so.2", "/tmp/cat",
                 "/proc/self/status"]):
    try:
        text = subprocess.run(command, capture_output=True, text=True,
                              timeout=5).stdout
    except OSError:
        continue
    if text and ("NoNewPrivs:\t1" not in text or "Seccomp:\t2" not in text
                 or "CapEff:\t0000000000000000" not in text):
        escaped("%s is not confined" % command[0])
