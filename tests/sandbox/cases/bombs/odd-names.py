# does: names with dashes, line ends, escapes, no text and full length
# limits: wall=5
# expect: exited:0
import os

os.chdir("/tmp")
for name in (b"-rf", b"--", b"a\nb", b"\x1b[2J\x1b]0;x\x07", b"\xff\xfe\x80",
             b" ", b"x" * 255, b"$(id)", b"`id`", b";reboot", b"*", b"..."):
    os.mkdir(name)
    os.close(os.open(name + b"/" + name, os.O_CREAT | os.O_WRONLY, 0o600))
os.rename(b"a\nb", b"c\r\nd")
