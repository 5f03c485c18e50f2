# does: a folder in a folder, 2500 deep, with a file at the bottom
# limits: inodes=4000 wall=10
# expect: exited:0 disk-inodes
# flask: request
import os

os.chdir("/tmp")
try:
    for _ in range(2500):
        os.mkdir("d")
        os.chdir("d")
    os.close(os.open("f", os.O_CREAT | os.O_WRONLY, 0o600))
except OSError:
    pass
