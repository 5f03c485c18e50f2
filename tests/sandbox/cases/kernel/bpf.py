# does: bpf, perf events and their maps
# expect: exited:0
# denied: bpf
from attack import filtered, refused, syscall

for command in range(0, 39):
    filtered("bpf %d" % command,
             lambda: syscall("bpf", command, bytes(128), 128))
refused("perf_event_open", lambda: syscall(
    "perf_event_open", b"\0\0\0\0\x80" + bytes(123), 0, -1, -1, 0))
refused("perf of init", lambda: syscall(
    "perf_event_open", b"\1\0\0\0\x80" + bytes(123), 1, -1, -1, 8))
