# does: fails in the most ordinary way
# expect: exited:1
echo ARMED
exit 1
