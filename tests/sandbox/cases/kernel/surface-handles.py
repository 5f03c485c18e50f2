# does: file handles and fanotify: reach files by number, not by path
# expect: exited:0
import ctypes
import os
import struct

from attack import filtered, refused, syscall

mount_id = (ctypes.c_int * 1)()
handle = ctypes.create_string_buffer(struct.pack("II", 128, 0) + bytes(128))
filtered("name_to_handle_at", lambda: syscall(
    "name_to_handle_at", -100, b"/", handle, mount_id, 0))
for inode in (1, 2, 128, 256):
    guess = struct.pack("IIII", 8, 1, inode, 0)
    filtered("open_by_handle_at %d" % inode, lambda: syscall(
        "open_by_handle_at", os.open("/", os.O_RDONLY), guess, 0))
filtered("fanotify_init", lambda: syscall("fanotify_init", 0x200, 0))
refused("fanotify_mark", lambda: syscall("fanotify_mark", -1, 1, 1, -100,
                                         b"/"))
