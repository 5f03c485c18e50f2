# does: prints codes that would write to a terminal or to the clipboard
# expect: exited:0
import os

os.write(1, b"\x1b]52;c;cm0gLXJmIC8=\x07\x1b[2J\x1b]0;title\x07\x1bP+q\x1b\\"
            b"\x9b31m\xe2\x80\xae\xff\xfe\x00\n")
