#include <stdlib.h>

#include "runner/base/jsonout.h"
#include "runner/base/text.h"
#include "runner/cmd/calibrate.h"
#include "runner/exercise/exercise.h"

static int64_t mean_ms(const struct sample *s)
{
	const struct sample_result *r = s->result;

	return r->n_runs ? r->total_ms / (int64_t)r->n_runs : 0;
}

static void print_lost(FILE *out, const struct calibration *cal,
		       const struct sample *s)
{
	for (size_t i = 0; i < cal->ex->n_criteria; i++)
		if (s->result->lost[i])
			fprintf(out, " %s", cal->ex->criteria[i].id);
}

static void print_sample(FILE *out, const struct calibration *cal,
			 const struct sample *s)
{
	const struct sample_result *r = s->result;
	int per_mille = r->max_points
				? (int)((int64_t)r->points * 1000 /
					r->max_points)
				: 0;

	fprintf(out, "  %-4s %-32s %3d.%d %% %5lld ms",
		*r->problem ? "BAD" : "ok", s->name, per_mille / 10,
		per_mille % 10, (long long)mean_ms(s));
	if (s->kind == SAMPLE_FLAWED)
		print_lost(out, cal, s);
	fprintf(out, "\n");
	if (*r->problem)
		fprintf(out, "       %s\n", r->problem);
}

static size_t count_bad(const struct calibration *cal)
{
	size_t n = cal->n_problems;

	for (size_t i = 0; i < cal->n_samples; i++)
		n += *cal->samples[i].result->problem != '\0';
	return n;
}

void calibration_print(FILE *out, const struct calibration *cal)
{
	fprintf(out, "%s: %s\n", cal->ex->slug, cal->ex->title);
	for (size_t i = 0; i < cal->n_samples; i++)
		print_sample(out, cal, &cal->samples[i]);
	for (size_t i = 0; i < cal->n_problems; i++)
		fprintf(out, "  BAD  %s\n", cal->problems[i]);
	fprintf(out, "  %zu answers, %zu seeds each: %s", cal->n_samples,
		cal->n_seeds, calibration_holds(cal) ? "calibrated\n" : "");
	if (!calibration_holds(cal))
		fprintf(out, "%zu wrong\n", count_bad(cal));
	fflush(out);
}

static struct jsonout *sample_json(const struct calibration *cal,
				   const struct sample *s)
{
	struct jsonout *out = jsonout_object();
	struct jsonout *lost = jsonout_array();

	jsonout_str(out, "name", s->name);
	jsonout_bool(out, "holds", !*s->result->problem);
	if (*s->result->problem)
		jsonout_str(out, "problem", s->result->problem);
	jsonout_hundredths(out, "points", s->result->points);
	jsonout_hundredths(out, "max_points", s->result->max_points);
	for (size_t i = 0; i < cal->ex->n_criteria; i++)
		if (s->result->lost[i])
			jsonout_str(lost, NULL, cal->ex->criteria[i].id);
	jsonout_add(out, "lost", lost);
	jsonout_int(out, "runs", (int64_t)s->result->n_runs);
	jsonout_int(out, "mean_ms", mean_ms(s));
	jsonout_int(out, "max_ms", s->result->max_ms);
	return out;
}

struct jsonout *calibration_json(const struct calibration *cal)
{
	struct jsonout *out = jsonout_object();
	struct jsonout *samples = jsonout_array();
	struct jsonout *problems = jsonout_array();

	jsonout_str(out, "format", "fumehood-calibration/1");
	jsonout_str(out, "exercise", cal->ex->slug);
	jsonout_str(out, "digest", cal->ex->digest);
	jsonout_bool(out, "holds", calibration_holds(cal));
	jsonout_int(out, "seeds", (int64_t)cal->n_seeds);
	for (size_t i = 0; i < cal->n_samples; i++)
		jsonout_add(samples, NULL, sample_json(cal, &cal->samples[i]));
	jsonout_add(out, "answers", samples);
	for (size_t i = 0; i < cal->n_problems; i++)
		jsonout_str(problems, NULL, cal->problems[i]);
	jsonout_add(out, "problems", problems);
	return out;
}
