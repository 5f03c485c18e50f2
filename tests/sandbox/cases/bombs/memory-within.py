# does: uses most of what it may have, again and again: must not be punished
# limits: memory=128M wall=10
# expect: exited:0
kept = bytearray(48 << 20)
for step in range(8):
    for offset in range(0, len(kept), 4096):
        kept[offset] = step
