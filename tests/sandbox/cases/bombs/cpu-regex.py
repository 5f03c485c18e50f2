# does: a regular expression that backtracks without end
# limits: cpu=1 wall=10
# expect: cpu-time
# flask: request
import re

re.match("(a+)+$", "a" * 34 + "b")
