/* [schema, instance] */
#include <stdint.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/expect/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct schema *schema;
	struct schema_result result;
	const struct json *v;
	struct err err;

	if (json_parse(arena, (struct span){ (const char *)data, size }, &v,
		       &err) ||
	    v->type != JSON_ARRAY || v->count != 2)
		return 0;
	if (!schema_compile(arena, &v->items[0], &schema, &err))
		schema_check(schema, arena, &v->items[1], SCHEMA_ASSERT_FORMAT,
			     &result, &err);
	return 0;
}
