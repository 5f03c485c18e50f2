# does: looks whether its scratch space is its own and empty; the canary
# limits: wall=10
# expect: exited:0
echo ARMED
for file in /tmp/* /tmp/.[!.]* /dev/shm/*; do
	[ ! -e "$file" ] || echo "ESCAPED from an earlier box: $file"
done
echo CONTAINED
