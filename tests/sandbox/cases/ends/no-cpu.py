# does: has a millisecond of processor time, less than its start takes
# limits: cpu=0.001 wall=5
# expect: cpu-time
# also: may-not-begin
while True:
    pass
