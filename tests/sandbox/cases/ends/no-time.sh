# does: has a millisecond, which is over before it begins
# limits: wall=0.001
# expect: wall-time
# also: may-not-begin
echo ARMED
sleep 2
