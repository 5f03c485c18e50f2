# does: ends with the code that timeout(1) has for its own
# expect: exited:124
echo ARMED
exit 124
