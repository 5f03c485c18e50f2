# does: ends with the code that a shell shows for SIGKILL
# expect: exited:137
echo ARMED
exit 137
