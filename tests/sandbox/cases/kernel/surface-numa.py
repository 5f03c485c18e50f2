# does: moves pages between memory nodes
# expect: exited:0
from attack import filtered, syscall

BAD = (-1, -1, -1, -1, -1, -1)
for name in ("move_pages", "migrate_pages", "mbind", "set_mempolicy",
             "set_mempolicy_home_node"):
    filtered(name, lambda: syscall(name, *BAD))
