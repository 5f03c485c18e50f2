# does: fills the scratch in folders that can be entered and not listed
# limits: disk=16M wall=20
# expect: disk-bytes
import os
import time

for number in range(64):
    folder = "/tmp/closed-%d" % number
    try:
        os.mkdir(folder, 0o300)
        with open(folder + "/file", "wb") as file:
            file.write(b"\xa5" * (1 << 20))
    except OSError:
        break
time.sleep(3)  # whoever counts now and then has time to
os._exit(1)
