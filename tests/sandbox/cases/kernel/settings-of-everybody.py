# does: changes priorities and processors of whoever has its uid, of a group
#       and of one process that is somebody else's
# expect: exited:0
import os

from attack import FACTS, refused

witness = FACTS["witness_pid"]
for what, kind, who in (("its user", os.PRIO_USER, os.getuid()),
                        ("its user, as 0", os.PRIO_USER, 0),
                        ("the witness", os.PRIO_PROCESS, witness)):
    def renice(kind=kind, who=who):
        os.setpriority(kind, who, 19)
        # In a box of its own that can only have been its own processes.
        return -1 if FACTS["places"] == {} else 0
    refused("the priority of " + what, renice)
refused("the processors of the witness",
        lambda: os.sched_setaffinity(witness, {0}) or 0)
refused("a signal to the witness", lambda: os.kill(witness, 18) or 0)
refused("a signal to its group",
        lambda: os.kill(-max(os.getpgid(witness), 2), 18) or 0)
