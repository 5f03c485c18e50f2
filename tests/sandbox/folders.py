"""Submissions that are hostile as folders, before any of their code runs.

Each function changes a copy of the model answer; SECRET lies outside of it
and must never show up in a transcript.
"""

import os
import socket

SECRET = "the-content-of-a-file-outside"
SHOW = """
import os
for name in ("link", "hard", "up/secret", "wsgi.link"):
    try:
        with open(os.path.join(os.path.dirname(__file__), name)) as file:
            print("ESCAPED", file.read())
    except OSError:
        pass
"""


def _add(folder, name, text):
    with open(os.path.join(folder, name), "a", encoding="utf-8") as file:
        file.write(text)


def link_to_secret(folder, secret):
    os.symlink(secret, folder + "/link")
    _add(folder, "wsgi.py", SHOW)


def link_to_folder_above(folder, secret):
    os.symlink(os.path.dirname(secret), folder + "/up")
    _add(folder, "wsgi.py", SHOW)


def link_as_app(folder, secret):
    os.rename(folder + "/wsgi.py", folder + "/real.py")
    os.symlink(secret, folder + "/wsgi.py")


def link_to_itself(folder, _):
    os.symlink("loop", folder + "/loop")
    os.symlink(".", folder + "/here")


def fifo(folder, _):
    os.mkfifo(folder + "/pipe")
    os.mkfifo(folder + "/app.py")


def sockets(folder, _):
    os.chdir(folder)
    socket.socket(socket.AF_UNIX).bind("socket")
    os.chdir("/")


def device(folder, _):
    if os.getuid() == 0:
        os.mknod(folder + "/null", 0o020666, os.makedev(1, 3))


def deep(folder, _):
    os.chdir(folder)
    for _ in range(300):
        os.mkdir("d")
        os.chdir("d")
    os.chdir("/")


def wide(folder, _):
    os.mkdir(folder + "/many")
    for number in range(6000):
        os.close(os.open("%s/many/%d" % (folder, number),
                         os.O_CREAT | os.O_WRONLY, 0o600))


def sparse(folder, _):
    with open(folder + "/huge.db", "wb") as file:
        file.truncate(1 << 40)


def odd_names(folder, _):
    for name in (b"-rf", b"a\nb.py", b"\x1b[2J.py", b"\xff\xfe.py", b"x" * 255,
                 b"\xe2\x80\xae.py"):
        with open(os.fsencode(folder) + b"/" + name, "wb") as file:
            file.write(b"x = 1\n")


def set_user_id(folder, _):
    with open(folder + "/gain", "wb") as file, open("/bin/true", "rb") as true:
        file.write(true.read())
    os.chmod(folder + "/gain", 0o6755)


def unreadable(folder, _):
    os.chmod(folder + "/catalogue/models.py", 0)


def huge_source(folder, _):
    _add(folder, "wsgi.py", "x = 1\n" * 3000000)


def deep_source(folder, _):
    _add(folder, "wsgi.py", "x = " + "(" * 100000 + ")" * 100000 + "\n")


HOSTILE = (link_to_secret, link_to_folder_above, link_as_app, link_to_itself,
           fifo, sockets, device, deep, wide, sparse, odd_names, set_user_id,
           unreadable, huge_source, deep_source)
