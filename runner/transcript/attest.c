#include "runner/transcript/attest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/base64.h"
#include "runner/base/digest.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/jsonout.h"
#include "runner/transcript/record.h"
#include "runner/transcript/sign.h"

#define PAYLOAD_TYPE "application/vnd.in-toto+json"
#define SUBJECT      "transcript.jsonl"

static void add_subject(struct jsonout *list, const char *name,
			const char *sha256)
{
	struct jsonout *subject = jsonout_object();
	struct jsonout *digest = jsonout_object();

	jsonout_str(digest, "sha256", sha256);
	jsonout_str(subject, "name", name);
	jsonout_add(subject, "digest", digest);
	jsonout_add(list, NULL, subject);
}

/* "sha256:..." of a member of the begin event, without the word. */
static const char *digest_of(const struct record *r, const char *member)
{
	const char *digest = json_str(json_get(json_get(r->begin, member),
					       "digest"));

	return digest && strncmp(digest, "sha256:", 7) == 0 ? digest + 7 : NULL;
}

static void add_criteria(struct jsonout *to, const char *name,
			 const struct record *r, bool passed)
{
	struct jsonout *list = jsonout_array();

	for (size_t i = 0; i < r->n_criteria; i++)
		if (!r->criteria[i].hidden &&
		    (r->criteria[i].status == STATUS_PASS) == passed)
			jsonout_str(list, NULL, r->criteria[i].id);
	jsonout_add(to, name, list);
}

static struct jsonout *predicate(const struct record *r)
{
	const char *slug = json_str(json_get(json_get(r->begin, "exercise"),
					     "slug"));
	const char *exercise = digest_of(r, "exercise");
	struct jsonout *out = jsonout_object();
	struct jsonout *configuration = jsonout_array();

	jsonout_str(out, "result",
		    r->outcome == OUTCOME_PASSED ? "PASSED" : "FAILED");
	if (slug && exercise)
		add_subject(configuration, slug, exercise);
	jsonout_add(out, "configuration", configuration);
	add_criteria(out, "passedTests", r, true);
	add_criteria(out, "failedTests", r, false);
	return out;
}

static char *statement(const struct record *r, struct span lines)
{
	AUTO(jsonout_free) struct jsonout *out = jsonout_object();
	struct jsonout *subjects = jsonout_array();
	const char *submission = digest_of(r, "submission");
	char hex[DIGEST_SHA256_HEX];

	digest_sha256(lines, hex);
	add_subject(subjects, SUBJECT, hex);
	if (submission)
		add_subject(subjects, "submission", submission);
	jsonout_str(out, "_type", "https://in-toto.io/Statement/v1");
	jsonout_add(out, "subject", subjects);
	jsonout_str(out, "predicateType",
		    "https://in-toto.io/attestation/test-result/v0.1");
	jsonout_add(out, "predicate", predicate(r));
	return jsonout_print(out);
}

/* DSSE's pre-authentication encoding: what is signed names its own type. */
static struct span encoding(struct arena *arena, struct span payload)
{
	const char *head = arena_printf(arena, "DSSEv1 %zu %s %zu ",
					strlen(PAYLOAD_TYPE), PAYLOAD_TYPE,
					payload.len);
	size_t n = strlen(head);
	char *all = arena_alloc(arena, n + payload.len);

	memcpy(all, head, n);
	memcpy(all + n, payload.data, payload.len);
	return (struct span){ all, n + payload.len };
}

const char *attest_make(struct arena *arena, const struct record *r,
			struct span lines, const struct sign_key *key)
{
	AUTO(jsonout_free) struct jsonout *out = jsonout_object();
	struct jsonout *signatures = jsonout_array();
	struct jsonout *one = jsonout_object();
	unsigned char signature[SIGN_SIGNATURE_BYTES];
	char *text = statement(r, lines);
	struct span payload = span_of(arena_strdup(arena, text));
	struct span signed_bytes = { (const char *)signature,
				     sizeof(signature) };

	free(text);
	sign_bytes(key, encoding(arena, payload), signature);
	jsonout_str(one, "keyid", sign_key_id(arena, key));
	jsonout_str(one, "sig", base64_encode(arena, signed_bytes));
	jsonout_add(signatures, NULL, one);
	jsonout_str(out, "payloadType", PAYLOAD_TYPE);
	jsonout_str(out, "payload", base64_encode(arena, payload));
	jsonout_add(out, "signatures", signatures);
	text = jsonout_pretty(out);
	payload = span_of(arena_printf(arena, "%s\n", text));
	free(text);
	return payload.data;
}

static bool member_bytes(struct arena *arena, const struct json *v,
			 const char *name, struct span *ret)
{
	const struct json *member = json_get(v, name);

	return member && member->type == JSON_STRING &&
	       base64_decode(arena, member->text, ret);
}

static bool is_signed(struct arena *arena, const struct json *envelope,
		      struct span payload, const struct sign_key *key)
{
	const struct json *list = json_get(envelope, "signatures");
	struct span bytes = encoding(arena, payload), signature;

	for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count;
	     i++)
		if (member_bytes(arena, &list->items[i], "sig", &signature) &&
		    sign_verify(key, bytes, signature))
			return true;
	return false;
}

/* Is the transcript with this digest a subject of the statement? */
static bool names_transcript(struct arena *arena, struct span payload,
			     const char *sha256)
{
	const struct json *v, *list;

	if (json_parse(arena, payload, &v, NULL) < 0)
		return false;
	list = json_get(v, "subject");
	for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count;
	     i++) {
		const struct json *one = &list->items[i];
		const char *name = json_str(json_get(one, "name"));
		const char *digest = json_str(json_get(json_get(one, "digest"),
						       "sha256"));

		if (name && digest && strcmp(name, SUBJECT) == 0 &&
		    strcmp(digest, sha256) == 0)
			return true;
	}
	return false;
}

int attest_check(struct arena *arena, struct span envelope, struct span lines,
		 const struct sign_key *key, struct err *err)
{
	char hex[DIGEST_SHA256_HEX];
	const struct json *v;
	struct span payload;
	const char *type;

	if (json_parse(arena, envelope, &v, NULL) < 0)
		return err_set(err, EINVAL, "the signature is no envelope");
	type = json_str(json_get(v, "payloadType"));
	if (!type || strcmp(type, PAYLOAD_TYPE) != 0 ||
	    !member_bytes(arena, v, "payload", &payload))
		return err_set(err, EINVAL, "the signature is no envelope");
	if (!is_signed(arena, v, payload, key))
		return err_set(err, EINVAL, "the signature is not of this key");
	digest_sha256(lines, hex);
	if (!names_transcript(arena, payload, hex))
		return err_set(err, EINVAL, "the signature is for another "
					    "transcript");
	return 0;
}
