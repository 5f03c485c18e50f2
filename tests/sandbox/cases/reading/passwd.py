# does: reads /etc/passwd: nobody of the host may be in it
# expect: exited:0
import os
import pwd

from attack import escaped

people = [entry for entry in pwd.getpwall() if entry.pw_uid >= 1000
          and entry.pw_uid not in (65534, os.getuid())]
if people:
    escaped("accounts of the host: %s" % [e.pw_name for e in people])
if len(pwd.getpwall()) > 6:
    escaped("%d accounts" % len(pwd.getpwall()))
