#include "sandbox/warm_wire.h"

#include <errno.h>
#include <string.h>

#include "sandbox/wire.h"

void warm_put(struct wire *w, enum warm_kind kind)
{
	uint32_t head[2] = { WARM_MAGIC, kind };

	w->len = w->at = 0;
	w->failed = false;
	wire_put(w, head, sizeof(head));
}

void warm_put_start(struct wire *w, const struct join *join, uint32_t fd_mask,
		    const char *const *argv, const char *const *env)
{
	warm_put(w, WARM_START);
	wire_put(w, join, sizeof(*join));
	wire_put(w, &fd_mask, sizeof(fd_mask));
	wire_put_strs(w, argv);
	wire_put_strs(w, env);
}

/* What the other side fills by itself must be bounded and terminated. */
static bool join_is_sound(const struct join *join)
{
	const struct confine *c = &join->confine;

	return c->n_rlimits <= CONFINE_RLIMITS_MAX &&
	       memchr(c->cwd, 0, sizeof(c->cwd));
}

int warm_get(struct wire *w, struct warm_request *ret)
{
	uint32_t head[2] = { 0 };

	wire_get(w, head, sizeof(head));
	if (w->failed || head[0] != WARM_MAGIC || head[1] > WARM_STOP)
		return -EPROTO;
	ret->kind = (enum warm_kind)head[1];
	ret->fd_mask = 0;
	if (ret->kind != WARM_START)
		return 0;
	wire_get(w, &ret->join, sizeof(ret->join));
	wire_get(w, &ret->fd_mask, sizeof(ret->fd_mask));
	wire_get_strs(w, ret->argv, WARM_STRINGS_MAX);
	wire_get_strs(w, ret->env, WARM_STRINGS_MAX);
	if (w->failed || !join_is_sound(&ret->join) || !ret->argv[0])
		return -EPROTO;
	return 0;
}
