# does: fills the scratch with files that only mappings hold: no name, no
#       descriptor
# limits: disk=16M wall=20
# expect: disk-bytes
import os
import time

from attack import fill_by_mappings

fill_by_mappings("/tmp")
time.sleep(3)  # whoever counts now and then has time to
os._exit(1)
