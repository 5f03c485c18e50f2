# does: fills the scratch with files that only mappings hold, below folders
#       whose path no line has room for
# limits: disk=16M wall=20
# expect: disk-bytes
import os
import time

from attack import fill_by_mappings

folder = "/tmp"
for depth in range(4):
    folder += "/" + "x" * 250
    os.mkdir(folder)
fill_by_mappings(folder)
time.sleep(3)  # whoever counts now and then has time to
os._exit(1)
