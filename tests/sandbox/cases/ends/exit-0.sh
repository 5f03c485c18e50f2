# does: nothing
# expect: exited:0
echo ARMED
echo CONTAINED
