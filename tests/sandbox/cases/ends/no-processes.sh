# does: may have one process, and wants another
# limits: processes=1 wall=5
# expect: processes exited:0 exited:2
# also: may-not-begin
echo ARMED
/bin/true &
wait
echo CONTAINED
