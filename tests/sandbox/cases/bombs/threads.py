# does: starts threads that sleep, 3000 at most
# limits: processes=32 wall=5
# expect: processes
# flask: import request
import threading
import time

threading.stack_size(64 << 10)
for _ in range(3000):
    try:
        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
    except RuntimeError:
        pass
time.sleep(5)
