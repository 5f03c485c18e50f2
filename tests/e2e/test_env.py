"""The Python environment of submissions: shown, kept, added to."""

import hashlib
import re
import shutil
import subprocess
import zipfile

from conftest import ROOT

SCRIPT = ROOT / "runner/session/env.sh"
REQUIREMENTS = ROOT / "exercises/requirements.txt"


def build(requirements, folder, *packages):
    return subprocess.run(["sh", SCRIPT, requirements, folder, *packages],
                          capture_output=True, text=True, timeout=60)


def wheel(folder, name, requires=""):
    """A package without modules; its line in a requirements file."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: "
                         f"{name}\nVersion: 1.0\nProvides-Extra: email\n"
                         f"{requires}")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: "
                         "test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"{name} @ file://{path} --hash=sha256:{digest}\n"


def test_list_shows_what_is_pinned(fumehood):
    pinned = set(re.findall(r"(?m)^([a-z0-9-]+)==(\S+)",
                            REQUIREMENTS.read_text()))
    shown = fumehood("env", "list", "--report", "json").document["packages"]
    shown = {(name.lower(), version) for name, version in shown.items()}
    assert pinned <= shown
    assert "packages in" in fumehood("env", "list").out


def test_every_pin_has_a_hash_and_no_index_is_named():
    text = REQUIREMENTS.read_text()
    for block in re.split(r"(?m)^(?=[a-z0-9])", text)[1:]:
        assert "--hash=sha256:" in block, block
    assert not re.search(r"(?m)^\s*(-i|-f|--index|--extra|--find|--trusted)",
                         text)


def test_add_takes_names_only(fumehood):
    for word in ("--index-url=http://x/", "./folder", "/tmp"):
        result = fumehood("env", "add", "--", word)
        assert result.status == 2 and "not the name" in result.err
    assert fumehood("env", "add").status == 2
    assert fumehood("env", "frob").status == 2


def test_what_has_not_changed_is_not_made_again():
    result = build(REQUIREMENTS, ROOT / "build/env")
    assert result.returncode == 0 and result.stderr == ""


def test_a_failure_leaves_the_old_one(tmp_path):
    """Nothing of this name can be had, so nothing is fetched either."""
    folder = tmp_path / "env"
    folder.mkdir()
    (folder / "old").write_text("here")
    wrong = tmp_path / "requirements.txt"
    wrong.write_text("flask==0.0.0 --hash=md5:nonsense\n")
    result = build(wrong, folder)
    assert result.returncode == 1
    assert "that failed; all of it is in" in result.stderr
    assert (folder / "old").read_text() == "here"
    assert not list(tmp_path.glob("env.new.*"))


def test_a_pin_serves_those_who_want_its_extras(tmp_path):
    """pip, left to resolve, looks for a newer release of what has extras."""
    wanted = tmp_path / "requirements.txt"
    wanted.write_text(wheel(tmp_path, "wanting",
                            "Requires-Dist: wanted[email]>=1.0\n")
                      + wheel(tmp_path, "wanted"))
    result = build(wanted, tmp_path / "env")
    assert result.returncode == 0, result.stderr


def test_pins_that_are_not_all_of_it_are_refused(tmp_path):
    wanted = tmp_path / "requirements.txt"
    wanted.write_text(wheel(tmp_path, "wanting",
                            "Requires-Dist: wanted>=1.0\n"))
    result = build(wanted, tmp_path / "env")
    assert result.returncode == 1
    assert "wanting 1.0 requires wanted, which is not installed" \
        in result.stderr
    assert not (tmp_path / "env").exists()


def test_says_what_is_missing(tmp_path):
    result = build(tmp_path / "none.txt", tmp_path / "env")
    assert result.returncode == 1
    assert "cannot read" in result.stderr


def test_a_copy_can_be_told_its_place(tmp_path):
    """A small one: what matters is which path scripts and bytecode hold."""
    subprocess.run(["/usr/bin/python3", "-m", "venv", "--without-pip",
                    tmp_path / "built"], check=True, timeout=60)
    module = tmp_path / "built/lib/module.py"
    module.write_text("def f(): pass\n")
    (tmp_path / "built/bin/tool").write_text(
        "#!%s/bin/python3\n" % (tmp_path / "built"))
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "built", copy, symlinks=True)
    subprocess.run(["sh", SCRIPT, "--place", copy, "/opt/final/env"],
                   check=True, timeout=60)
    assert (copy / "bin/tool").read_text() == "#!/opt/final/env/bin/python3\n"
    bytecode = next((copy / "lib/__pycache__").glob("module.*.pyc"))
    assert b"/opt/final/env/lib/module.py" in bytecode.read_bytes()
