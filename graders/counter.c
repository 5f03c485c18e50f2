/* counter -- made, added to by others, read. */
#include "graders/counter.h"

#include <string.h>

#include "graders/target.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/grader.h"

static const char *const counter_names[] = { "make", "add", "read", "id",
					     NULL };
static const char *const read_names[] = { "path", "at", NULL };

void option_counter(struct options *o, const struct json *v,
		    const struct counter **ret)
{
	const struct json *what = o->code ? NULL : json_get(v, "counter");
	struct counter *c = arena_alloc(o->arena, sizeof(*c));
	const struct json *read;

	if (!what)
		return;
	c->id = "id";
	option_object(o, what, counter_names);
	option_required(o, what, "add");
	read = option_required(o, what, "read");
	option_send(o, what, "make", "POST", &c->make);
	option_send(o, what, "add", "POST", &c->add);
	option_str(o, what, "id", &c->id);
	if (o->code)
		return;
	option_object(o, read, read_names);
	option_required(o, read, "path");
	option_required(o, read, "at");
	option_str(o, read, "path", &c->path);
	option_pointer(o, read, "at", &c->at);
	*ret = c;
}

bool counter_make(struct asking *a, const struct counter *c,
		  struct send_values *ret, const char **ret_why)
{
	struct arena *arena = grading_arena(a->g);
	const struct exchange *x;
	const struct json *item;
	const struct http_header *location;

	*ret = (struct send_values){
		.word = prng_word(grading_prng(a->g), arena, 10) };
	if (!c->make)
		return true;
	x = send_now(a, c->make, ret);
	item = view_item(view_body(arena, x), NULL, c->id);
	location = http_header(&x->res, "Location");
	if (item) {
		ret->id = view_id(arena, json_get(item, c->id));
	} else if (location) {
		const char *path = arena_memdup(arena, location->value.data,
						location->value.len);

		ret->id = strrchr(path, '/') ? strrchr(path, '/') + 1 : NULL;
	}
	*ret_why = arena_printf(arena, "%s answered %s", ask_what(arena, x),
				ask_answer(arena, x));
	return ask_ok(x) && (ret->id || !strstr(c->path, "{id}"));
}

bool counter_read(struct asking *a, const struct counter *c,
		  const struct send_values *values,
		  const struct exchange **ret_x, int64_t *ret)
{
	struct arena *arena = grading_arena(a->g);
	const struct json *body;
	const struct http_request req = {
		.target = send_fill(arena, c->path, values, true),
		.fresh = true,
	};

	*ret_x = ask_request(a, req);
	body = ask_ok(*ret_x) ? view_body(arena, *ret_x) : NULL;
	body = body ? view_at(body, c->at) : NULL;
	return body && json_int(body, ret);
}
