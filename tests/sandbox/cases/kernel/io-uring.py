# does: sets up io_uring, which works around filters
# expect: exited:0
# denied: io_uring_setup
# flask: import
import ctypes

from attack import filtered, syscall

for entries in (1, 8, 4096):
    filtered("io_uring_setup", lambda: syscall(
        "io_uring_setup", entries, ctypes.create_string_buffer(120)))
filtered("io_uring_setup, odd flags", lambda: syscall(
    "io_uring_setup", 1, b"\0" * 8 + b"\xff" * 8 + b"\0" * 104))
filtered("io_uring_enter", lambda: syscall("io_uring_enter", 3, 1, 1, 1, 0, 0))
filtered("io_uring_register", lambda: syscall(
    "io_uring_register", 3, 0, 0, 0))
