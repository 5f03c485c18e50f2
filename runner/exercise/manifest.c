#include "runner/exercise/manifest.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/exercise/fields.h"

#define MANIFEST_FORMAT  1
#define CRITERIA_MAX     200
#define WORKERS_MAX      8
#define THREADS_MAX      64
#define WORKERS_DEFAULT  1
#define THREADS_DEFAULT  4
#define DAY_MS           86400000
#define BYTES_MAX        ((int64_t)16 << 30)

/* As written; the parts that need a table of their own are read after. */
struct raw_exercise {
	struct exercise ex;
	int format;
	const struct json *server, *env, *limits, *criteria, *flawed;
};

struct raw_criterion {
	struct criterion c;
	const char *visibility;
};

static const char *const levels[] = { "junior", "mid", "senior", NULL };
static const char *const visibilities[] = { "public", "hidden", NULL };

#define RAW(m)  .offset = offsetof(struct raw_exercise, m)
#define RAWN(m) .offset_n = offsetof(struct raw_exercise, m)
static const struct field exercise_fields[] = {
	{ "$schema", .kind = FIELD_IGNORED },
	{ "format", FIELD_INT, RAW(format), .required = true, .min = 1 },
	{ "slug", FIELD_STR, RAW(ex.slug), .required = true },
	{ "title", FIELD_STR, RAW(ex.title), .required = true },
	{ "level", FIELD_STR, RAW(ex.level), .required = true,
	  .choices = levels },
	{ "minutes", FIELD_INT, RAW(ex.minutes), .required = true, .min = 1,
	  .max = 600 },
	{ "skills", FIELD_STRINGS, RAW(ex.skills), RAWN(ex.n_skills),
	  .required = true },
	{ "app", FIELD_STR, RAW(ex.app) },
	{ "server", FIELD_JSON, RAW(server) },
	{ "env", FIELD_JSON, RAW(env) },
	{ "limits", FIELD_JSON, RAW(limits) },
	{ "services", .kind = FIELD_IGNORED },
	{ "envelope", FIELD_JSON, RAW(ex.envelope) },
	{ "resources", .kind = FIELD_IGNORED }, /* the graders read it */
	{ "criteria", FIELD_JSON, RAW(criteria), .required = true },
	{ "flawed", FIELD_JSON, RAW(flawed) },
	{ .name = NULL },
};

#define EX(m) .offset = offsetof(struct exercise, m)
static const struct field server_fields[] = {
	{ "workers", FIELD_INT, EX(workers), .min = 1, .max = WORKERS_MAX },
	{ "threads", FIELD_INT, EX(threads), .min = 1, .max = THREADS_MAX },
	{ .name = NULL },
};

#define MS(name)                                                               \
	{ #name, FIELD_INT64, EX(limits.name), .min = 1, .max = DAY_MS }
#define BYTES(name)                                                            \
	{ #name, FIELD_INT64, EX(limits.name), .min = 4096, .max = BYTES_MAX }
#define COUNT(name)                                                            \
	{ #name, FIELD_INT, EX(limits.name), .min = 1, .max = 1000000 }
static const struct field limit_fields[] = {
	MS(wall_ms), MS(cpu_ms), MS(ready_ms), BYTES(memory_bytes),
	BYTES(disk_bytes), BYTES(output_bytes), COUNT(processes), COUNT(files),
	COUNT(inodes), { .name = NULL },
};

#define CR(m)  .offset = offsetof(struct raw_criterion, m)
#define CRN(m) .offset_n = offsetof(struct raw_criterion, m)
static const struct field criterion_fields[] = {
	{ "id", FIELD_STR, CR(c.id), .required = true },
	{ "title", FIELD_STR, CR(c.title), .required = true },
	{ "skill", FIELD_STR, CR(c.skill), .required = true },
	{ "points", FIELD_POINTS, CR(c.points), .required = true },
	{ "grader", FIELD_STR, CR(c.grader) },
	{ "with", FIELD_JSON, CR(c.with) },
	{ "script", FIELD_STR, CR(c.script_file) },
	{ "spec", FIELD_STRINGS, CR(c.spec), CRN(c.n_spec), .required = true },
	{ "needs", FIELD_STRINGS, CR(c.needs), CRN(c.n_needs) },
	{ "visibility", FIELD_STR, CR(visibility), .choices = visibilities },
	{ "gate", FIELD_BOOL, CR(c.gate) },
	{ "beside", FIELD_BOOL, CR(c.beside) },
	{ "hints", FIELD_STRINGS, CR(c.hints), CRN(c.n_hints) },
	{ "followup", FIELD_STRINGS, CR(c.followup), CRN(c.n_followup) },
	{ .name = NULL },
};

struct manifest {
	struct fields in;
	struct span brief;
	struct exercise *ex;
};

static bool is_listed(const char *s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], s) == 0)
			return true;
	return false;
}

static bool is_id_byte(char c)
{
	return isalnum((unsigned char)c) || c == '.' || c == '_';
}

/* `R2` must not be found in `R2.3` or `R21`; a full stop may follow it. */
static bool brief_states(struct span brief, const char *id)
{
	size_t n = strlen(id), at = 0;

	while (at + n <= brief.len) {
		struct span rest = { brief.data + at, brief.len - at };
		size_t i = at + span_find(rest, span_of(id));
		size_t end = i + n;

		if (i >= brief.len)
			return false;
		if (end < brief.len && brief.data[end] == '.' &&
		    (end + 1 == brief.len || !isalnum((unsigned char)
						      brief.data[end + 1])))
			return i == 0 || !is_id_byte(brief.data[i - 1]);
		if ((i == 0 || !is_id_byte(brief.data[i - 1])) &&
		    (end == brief.len || !is_id_byte(brief.data[end])))
			return true;
		at = i + 1;
	}
	return false;
}

static int check_spec(const struct manifest *m, const struct json *v,
		      const struct criterion *c, struct err *err)
{
	for (size_t i = 0; i < c->n_spec; i++)
		if (!brief_states(m->brief, c->spec[i]))
			return fields_wrong(&m->in, json_get(v, "spec"), err,
					    "brief.md has no requirement `%s`",
					    c->spec[i]);
	return 0;
}

static const char *suggest_criterion(const struct manifest *m, const char *id)
{
	const struct exercise *ex = m->ex;
	const char **ids =
		arena_array(m->in.arena, ex->n_criteria + 1, sizeof(*ids));

	for (size_t i = 0; i < ex->n_criteria; i++)
		ids[i] = ex->criteria[i].id;
	return text_suggest(id, ids);
}

static int no_criterion(const struct manifest *m, const struct json *at,
			const char *id, const char *where, struct err *err)
{
	const char *meant = suggest_criterion(m, id);

	return fields_wrong(&m->in, at, err, "no %scriterion `%s`%s%s%s", where,
			    id, meant ? "; did you mean `" : "",
			    meant ? meant : "", meant ? "`?" : "");
}

static int check_needs(const struct manifest *m, const struct json *v,
		       const struct criterion *c, struct err *err)
{
	for (size_t i = 0; i < c->n_needs; i++) {
		const struct criterion *need =
			exercise_criterion(m->ex, c->needs[i]);

		if (!need)
			return no_criterion(m, json_get(v, "needs"),
					    c->needs[i], "earlier ", err);
		if (need->beside && !c->beside)
			return fields_wrong(&m->in, json_get(v, "needs"), err,
					    "`%s` is asked beside the others, "
					    "so what needs it must be, too",
					    need->id);
	}
	return 0;
}

static int check_criterion(const struct manifest *m, const struct json *v,
			   const struct criterion *c, struct err *err)
{
	const struct exercise *ex = m->ex;
	int r;

	if (!fields_is_id(c->id))
		return fields_wrong(&m->in, json_get(v, "id"), err,
				    "an id is lower-case letters, digits and "
				    "hyphens");
	if (exercise_criterion(ex, c->id))
		return fields_wrong(&m->in, json_get(v, "id"), err,
				    "`%s` is the id of two criteria", c->id);
	if (!is_listed(c->skill, ex->skills, ex->n_skills))
		return fields_wrong(&m->in, json_get(v, "skill"), err,
				    "`%s` is not in `skills`", c->skill);
	r = check_spec(m, v, c, err);
	return r < 0 ? r : check_needs(m, v, c, err);
}

/* "script" names the grader by itself; the two must not disagree. */
static int check_grader(const struct manifest *m, const struct json *v,
			struct criterion *c, struct err *err)
{
	if (c->script_file && !c->grader)
		c->grader = "script";
	if (!c->grader)
		return fields_wrong(&m->in, v, err,
				    "a criterion needs `grader` or `script`");
	if (strcmp(c->grader, "script") != 0 && c->script_file)
		return fields_wrong(&m->in, json_get(v, "script"), err,
				    "grader `%s` plays no script", c->grader);
	if (strcmp(c->grader, "script") == 0 && !c->script_file)
		return fields_wrong(&m->in, v, err,
				    "grader `script` lacks `script`");
	return 0;
}

static int read_criterion(struct manifest *m, const struct json *v,
			  struct criterion *c, struct err *err)
{
	struct raw_criterion raw = { 0 };
	int r;

	r = fields_read(&m->in, v, "a criterion", criterion_fields, &raw, err);
	if (r == 0)
		r = check_grader(m, v, &raw.c, err);
	if (r == 0)
		r = check_criterion(m, v, &raw.c, err);
	if (r < 0)
		return r;
	*c = raw.c;
	c->line = v->line;
	if (raw.visibility && strcmp(raw.visibility, "hidden") == 0)
		c->visibility = VISIBILITY_HIDDEN;
	return 0;
}

static int read_criteria(struct manifest *m, const struct json *list,
			 struct err *err)
{
	struct criterion *criteria;

	if (list->type != JSON_ARRAY || !list->count)
		return fields_wrong(&m->in, list, err,
				    "`criteria` must be an array and not "
				    "empty");
	if (list->count > CRITERIA_MAX)
		return fields_wrong(&m->in, list, err,
				    "more than %d criteria", CRITERIA_MAX);
	criteria = arena_array(m->in.arena, list->count, sizeof(*criteria));
	m->ex->criteria = criteria;
	for (size_t i = 0; i < list->count; i++) {
		int r = read_criterion(m, &list->items[i], &criteria[i], err);

		if (r < 0)
			return r;
		m->ex->n_criteria = i + 1;
		m->ex->max_points += criteria[i].points;
	}
	return 0;
}

static int read_flaw(const struct manifest *m, const struct json_member *member,
		     struct exercise_flaw *flaw, struct err *err)
{
	const struct field list = { "flawed", FIELD_STRINGS,
				    offsetof(struct exercise_flaw, criteria),
				    offsetof(struct exercise_flaw, n_criteria),
				    .required = true };
	const struct field table[] = { list, { 0 } };
	const struct json_member wrapped = { SPAN_LIT("flawed"), member->line,
					     member->column, member->value };
	const struct json object = { JSON_OBJECT, member->line, member->column,
				     .count = 1, .members = &wrapped };
	int r = fields_read(&m->in, &object, "`flawed`", table, flaw, err);

	if (r < 0)
		return r;
	flaw->name = arena_memdup(m->in.arena, member->name.data,
				  member->name.len);
	for (size_t i = 0; i < flaw->n_criteria; i++)
		if (!exercise_criterion(m->ex, flaw->criteria[i]))
			return no_criterion(m, &member->value,
					    flaw->criteria[i], "", err);
	if (!fields_is_id(flaw->name) ||
	    access(arena_printf(m->in.arena, "%s/flawed/%s", m->ex->dir,
				flaw->name), F_OK) < 0)
		return fields_wrong(&m->in, &object, err,
				    "there is no folder flawed/%s", flaw->name);
	return 0;
}

static int read_flaws(struct manifest *m, const struct json *v,
		      struct err *err)
{
	struct exercise_flaw *flaws;

	if (!v)
		return 0;
	if (v->type != JSON_OBJECT)
		return fields_wrong(&m->in, v, err,
				    "`flawed` must be an object");
	flaws = arena_array(m->in.arena, v->count + 1, sizeof(*flaws));
	m->ex->flaws = flaws;
	for (size_t i = 0; i < v->count; i++) {
		int r = read_flaw(m, &v->members[i], &flaws[i], err);

		if (r < 0)
			return r;
		m->ex->n_flaws = i + 1;
	}
	return 0;
}

static bool is_env_name(const char *s)
{
	if (!isalpha((unsigned char)*s) && *s != '_')
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '_')
			return false;
	return true;
}

static int read_env(struct manifest *m, const struct json *v, struct err *err)
{
	struct exercise_env *env;

	if (!v)
		return 0;
	if (v->type != JSON_OBJECT)
		return fields_wrong(&m->in, v, err, "`env` must be an object");
	env = arena_array(m->in.arena, v->count + 1, sizeof(*env));
	for (size_t i = 0; i < v->count; i++) {
		const struct json_member *member = &v->members[i];

		env[i].name = arena_memdup(m->in.arena, member->name.data,
					   member->name.len);
		env[i].value = json_str(&member->value);
		if (!env[i].value || !is_env_name(env[i].name))
			return fields_wrong(&m->in, &member->value, err,
					    "`env` maps names to strings");
	}
	m->ex->env = env;
	m->ex->n_env = v->count;
	return 0;
}

static int read_parts(struct manifest *m, const struct raw_exercise *raw,
		      struct err *err)
{
	int r = 0;

	if (raw->server)
		r = fields_read(&m->in, raw->server, "`server`", server_fields,
				m->ex, err);
	if (r == 0 && raw->limits)
		r = fields_read(&m->in, raw->limits, "`limits`", limit_fields,
				m->ex, err);
	if (r == 0)
		r = read_env(m, raw->env, err);
	if (r == 0)
		r = read_criteria(m, raw->criteria, err);
	if (r == 0)
		r = read_flaws(m, raw->flawed, err);
	return r;
}

int manifest_read(struct arena *arena, const char *file, struct span text,
		  struct span brief, struct exercise *ex, struct err *err)
{
	struct manifest m = { { arena, file }, brief, ex };
	struct raw_exercise raw = { .ex = *ex };
	const struct json *v;
	int r = fields_parse(&m.in, text, &v, err);

	if (r == 0)
		r = fields_read(&m.in, v, "the manifest", exercise_fields,
				&raw, err);
	if (r < 0)
		return r;
	*ex = raw.ex;
	ex->manifest = v;
	ex->workers = WORKERS_DEFAULT;
	ex->threads = THREADS_DEFAULT;
	if (raw.format != MANIFEST_FORMAT)
		return fields_wrong(&m.in, json_get(v, "format"), err,
				    "this program reads format %d",
				    MANIFEST_FORMAT);
	if (!fields_is_id(ex->slug))
		return fields_wrong(&m.in, json_get(v, "slug"), err,
				    "a slug is lower-case letters, digits and "
				    "hyphens");
	return read_parts(&m, &raw, err);
}
