# does: executes itself 60 times, then ends with 5
# limits: wall=10
# expect: exited:5
echo ARMED
turn=${1:-0}
[ "$turn" -lt 60 ] || exit 5
exec /bin/sh "$0" $((turn + 1))
