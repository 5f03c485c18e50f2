# does: ends with the largest code
# expect: exited:255
echo ARMED
exit 255
