#!/bin/sh
# usage: env.sh REQUIREMENTS FOLDER [PACKAGE...] | env.sh --place COPY FINAL
#
# Builds the Python environment that submissions run in: the pinned packages of
# REQUIREMENTS, then PACKAGE... (and what earlier calls added) as far as they
# agree with the pins.  It lives beside serve.py, not in exercises/, because
# `fumehood env add` runs it too and exercises/ is data only.
#
# The new one is made beside FOLDER and takes its place when it is complete: a
# call that fails or is interrupted leaves the old one as it was.  FOLDER/.stamp
# holds what it was made from; when that has not changed, nothing is done.
#
# REQUIREMENTS is the whole closure, so pip resolves nothing: left to itself it
# takes a package with extras (pydantic[email]) for one that is not pinned as
# soon as a newer release is out.  `pip check` holds what --no-deps lets pass.
#
# --place: COPY, a copy of an environment, will be at FINAL; its scripts and
# bytecode, which hold the path, are told so (what `make install` does).
set -eu
umask 022

[ $# -ge 2 ] || { sed -n '2s/^# //p' "$0" >&2; exit 2; }
python=/usr/bin/python3 # never one below a home folder: boxes see /usr only

# What would send packages elsewhere, or modules of the caller in.
unset PYTHONPATH PYTHONHOME PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT
export PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1

say() { printf 'environment: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# place FOLDER OLD FINAL: bytecode is not checked against its source, because the
# environment never changes in place and each check is a stat at import.
place() {
	"$python" -m compileall -q -f -j 0 --invalidation-mode unchecked-hash \
		-s "$1" -p "$3" "$1/lib"
	grep -rlIF "$2" "$1/bin" "$1/pyvenv.cfg" | while read -r file; do
		sed -i "s|$2|$3|g" "$file"
	done
	chmod -R u+rwX,go+rX,go-w "$1"
}

if [ "$1" = --place ]; then
	place "$2" "$(sed -n 's/^command = .* //p' "$2/pyvenv.cfg")" "$3"
	exit 0
fi
requirements=$1 folder=$2
shift 2

[ -r "$requirements" ] || die "cannot read $requirements"
[ -x "$python" ] || die "$python is missing: install python3"
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
	die "the venv module is missing: apt-get install python3-venv" \
		"(on Fedora it is part of python3)"

mkdir -p "$(dirname "$folder")"
folder=$(cd "$(dirname "$folder")" && pwd -P)/$(basename "$folder")
exec 9>"$folder.lock"
command -v flock >/dev/null && { flock 9 || die "cannot lock $folder.lock"; }

added=$({ cat "$folder/added.in" 2>/dev/null || :
	for package; do printf '%s\n' "$package"; done; } | sort -u)
stamp=$({ echo 'layout 1'; "$python" -VV; uname -m; cat "$requirements"
	printf '%s\n' "$folder" "$added"; } | sha256sum | cut -d' ' -f1)
[ "$(cat "$folder/.stamp" 2>/dev/null)" != "$stamp" ] || {
	touch "$folder/.stamp" # for make, which goes by time
	exit 0
}

new=$folder.new.$$ log=$folder.log
trap 'rm -rf "$new"' EXIT
trap 'exit 130' INT TERM HUP
step() {
	say "$1"
	shift
	"$@" >"$log" 2>&1 || {
		tail -n 20 "$log" >&2
		die "that failed; all of it is in $log"
	}
}

rm -rf "$folder".new.*
step "making $folder with $("$python" -V)" "$python" -m venv "$new"
pip="$new/bin/python3 -m pip install --no-compile --progress-bar off"
# shellcheck disable=SC2086 # words on purpose
step "installing $(grep -c '==' "$requirements") packages, by hash" \
	$pip --only-binary :all: --no-deps --require-hashes -r "$requirements"
step "checking that they agree" "$new/bin/python3" -m pip check
if [ -n "$added" ]; then
	printf '%s\n' "$added" >"$new/added.in"
	sed -n 's/^\([A-Za-z0-9._-]*==[^ ]*\).*/\1/p' "$requirements" \
		>"$new/pins.txt"
	# shellcheck disable=SC2086
	step "adding $(echo "$added" | tr '\n' ' ')" \
		$pip -c "$new/pins.txt" -r "$new/added.in"
fi

step "compiling" place "$new" "$new" "$folder"
printf '%s\n' "$stamp" >"$new/.stamp"

rm -rf "$folder.old"
[ ! -e "$folder" ] || mv "$folder" "$folder.old"
mv "$new" "$folder"
rm -rf "$folder.old" "$log"
say "ready: $folder"
