# does: has less memory than its interpreter needs
# limits: memory=64K wall=5
# expect: memory
# also: may-not-begin
kept = bytearray(b"x") * (64 << 20)
