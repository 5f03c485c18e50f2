# does: lists mounts beyond its own with statmount and listmount
# expect: exited:0
# rests-on: seccomp: the mounts listed are the box's own
import ctypes
import struct

from attack import refused, syscall

LSMT_ROOT = 0xffffffffffffffff
ids = (ctypes.c_uint64 * 64)()
buffer = ctypes.create_string_buffer(4096)
refused("listmount", lambda: syscall("listmount", struct.pack(
    "IIQQQ", 32, 0, LSMT_ROOT, 0, 0), ids, 64, 0))
refused("listmount of init's namespace", lambda: syscall(
    "listmount", struct.pack("IIQQQ", 32, 0, LSMT_ROOT, 0, 1), ids, 64, 0))
refused("statmount", lambda: syscall("statmount", struct.pack(
    "IIQQQ", 32, 0, 1, 0xff, 0), buffer, 4096, 0))
refused("listns", lambda: syscall("listns", struct.pack(
    "IIQIIQ", 32, 0, 0, 0x10000000, 0, 0), ids, 64, 0))
