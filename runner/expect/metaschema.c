/*
 * metaschema -- the JSON Schema 2020-12 metaschemas, as published by
 * json-schema.org (BSD license), so that a schema may refer to them without
 * anything being fetched.
 */
#include "runner/expect/schema_tree.h"

static const struct {
	const char *uri, *text;
} bundled[] = {
	{ "https://json-schema.org/draft/2020-12/schema",
	  "{\"$schema\":\"https://json-schema.org/draft/2020-12/schem"
	  "a\",\"$id\":\"https://json-schema.org/draft/2020-12/schema"
	  "\",\"$vocabulary\":{\"https://json-schema.org/draft/2020-1"
	  "2/vocab/core\":true,\"https://json-schema.org/draft/2020-1"
	  "2/vocab/applicator\":true,\"https://json-schema.org/draft/"
	  "2020-12/vocab/unevaluated\":true,\"https://json-schema.org"
	  "/draft/2020-12/vocab/validation\":true,\"https://json-sche"
	  "ma.org/draft/2020-12/vocab/meta-data\":true,\"https://json"
	  "-schema.org/draft/2020-12/vocab/format-annotation\":true,"
	  "\"https://json-schema.org/draft/2020-12/vocab/content\":tr"
	  "ue},\"$dynamicAnchor\":\"meta\",\"title\":\"Core and Valid"
	  "ation specifications meta-schema\",\"allOf\":[{\"$ref\":\""
	  "meta/core\"},{\"$ref\":\"meta/applicator\"},{\"$ref\":\"me"
	  "ta/unevaluated\"},{\"$ref\":\"meta/validation\"},{\"$ref\""
	  ":\"meta/meta-data\"},{\"$ref\":\"meta/format-annotation\"}"
	  ",{\"$ref\":\"meta/content\"}],\"type\":[\"object\",\"boole"
	  "an\"],\"$comment\":\"This meta-schema also defines keyword"
	  "s that have appeared in previous drafts in order to preven"
	  "t incompatible extensions as they remain in common use.\","
	  "\"properties\":{\"definitions\":{\"$comment\":\"\\\"defini"
	  "tions\\\" has been replaced by \\\"$defs\\\".\",\"type\":"
	  "\"object\",\"additionalProperties\":{\"$dynamicRef\":\"#me"
	  "ta\"},\"deprecated\":true,\"default\":{}},\"dependencies\""
	  ":{\"$comment\":\"\\\"dependencies\\\" has been split and r"
	  "eplaced by \\\"dependentSchemas\\\" and \\\"dependentRequi"
	  "red\\\" in order to serve their differing semantics.\",\"t"
	  "ype\":\"object\",\"additionalProperties\":{\"anyOf\":[{\"$"
	  "dynamicRef\":\"#meta\"},{\"$ref\":\"meta/validation#/$defs"
	  "/stringArray\"}]},\"deprecated\":true,\"default\":{}},\"$r"
	  "ecursiveAnchor\":{\"$comment\":\"\\\"$recursiveAnchor\\\" "
	  "has been replaced by \\\"$dynamicAnchor\\\".\",\"$ref\":\""
	  "meta/core#/$defs/anchorString\",\"deprecated\":true},\"$re"
	  "cursiveRef\":{\"$comment\":\"\\\"$recursiveRef\\\" has bee"
	  "n replaced by \\\"$dynamicRef\\\".\",\"$ref\":\"meta/core#"
	  "/$defs/uriReferenceString\",\"deprecated\":true}}}" },
	{ "https://json-schema.org/draft/2020-12/meta/applicator",
	  "{\"$schema\":\"https://json-schema.org/draft/2020-12/schem"
	  "a\",\"$id\":\"https://json-schema.org/draft/2020-12/meta/a"
	  "pplicator\",\"$vocabulary\":{\"https://json-schema.org/dra"
	  "ft/2020-12/vocab/applicator\":true},\"$dynamicAnchor\":\"m"
	  "eta\",\"title\":\"Applicator vocabulary meta-schema\",\"ty"
	  "pe\":[\"object\",\"boolean\"],\"properties\":{\"prefixItem"
	  "s\":{\"$ref\":\"#/$defs/schemaArray\"},\"items\":{\"$dynam"
	  "icRef\":\"#meta\"},\"contains\":{\"$dynamicRef\":\"#meta\""
	  "},\"additionalProperties\":{\"$dynamicRef\":\"#meta\"},\"p"
	  "roperties\":{\"type\":\"object\",\"additionalProperties\":"
	  "{\"$dynamicRef\":\"#meta\"},\"default\":{}},\"patternPrope"
	  "rties\":{\"type\":\"object\",\"additionalProperties\":{\"$"
	  "dynamicRef\":\"#meta\"},\"propertyNames\":{\"format\":\"re"
	  "gex\"},\"default\":{}},\"dependentSchemas\":{\"type\":\"ob"
	  "ject\",\"additionalProperties\":{\"$dynamicRef\":\"#meta\""
	  "},\"default\":{}},\"propertyNames\":{\"$dynamicRef\":\"#me"
	  "ta\"},\"if\":{\"$dynamicRef\":\"#meta\"},\"then\":{\"$dyna"
	  "micRef\":\"#meta\"},\"else\":{\"$dynamicRef\":\"#meta\"},"
	  "\"allOf\":{\"$ref\":\"#/$defs/schemaArray\"},\"anyOf\":{\""
	  "$ref\":\"#/$defs/schemaArray\"},\"oneOf\":{\"$ref\":\"#/$d"
	  "efs/schemaArray\"},\"not\":{\"$dynamicRef\":\"#meta\"}},\""
	  "$defs\":{\"schemaArray\":{\"type\":\"array\",\"minItems\":"
	  "1,\"items\":{\"$dynamicRef\":\"#meta\"}}}}" },
	{ "https://json-schema.org/draft/2020-12/meta/content",
	  "{\"$schema\":\"https://json-schema.org/draft/2020-12/schem"
	  "a\",\"$id\":\"https://json-schema.org/draft/2020-12/meta/c"
	  "ontent\",\"$vocabulary\":{\"https://json-schema.org/draft/"
	  "2020-12/vocab/content\":true},\"$dynamicAnchor\":\"meta\","
	  "\"title\":\"Content vocabulary meta-schema\",\"type\":[\"o"
	  "bject\",\"boolean\"],\"properties\":{\"contentEncoding\":{"
	  "\"type\":\"string\"},\"contentMediaType\":{\"type\":\"stri"
	  "ng\"},\"contentSchema\":{\"$dynamicRef\":\"#meta\"}}}" },
	{ "https://json-schema.org/draft/2020-12/meta/core",
	  "{\"$schema\":\"https://json-schema.org/draft/2020-12/schem"
	  "a\",\"$id\":\"https://json-schema.org/draft/2020-12/meta/c"
	  "ore\",\"$vocabulary\":{\"https://json-schema.org/draft/202"
	  "0-12/vocab/core\":true},\"$dynamicAnchor\":\"meta\",\"titl"
	  "e\":\"Core vocabulary meta-schema\",\"type\":[\"object\","
	  "\"boolean\"],\"properties\":{\"$id\":{\"$ref\":\"#/$defs/u"
	  "riReferenceString\",\"$comment\":\"Non-empty fragments not"
	  " allowed.\",\"pattern\":\"^[^#]*#?$\"},\"$schema\":{\"$ref"
	  "\":\"#/$defs/uriString\"},\"$ref\":{\"$ref\":\"#/$defs/uri"
	  "ReferenceString\"},\"$anchor\":{\"$ref\":\"#/$defs/anchorS"
	  "tring\"},\"$dynamicRef\":{\"$ref\":\"#/$defs/uriReferenceS"
	  "tring\"},\"$dynamicAnchor\":{\"$ref\":\"#/$defs/anchorStri"
	  "ng\"},\"$vocabulary\":{\"type\":\"object\",\"propertyNames"
	  "\":{\"$ref\":\"#/$defs/uriString\"},\"additionalProperties"
	  "\":{\"type\":\"boolean\"}},\"$comment\":{\"type\":\"string"
	  "\"},\"$defs\":{\"type\":\"object\",\"additionalProperties"
	  "\":{\"$dynamicRef\":\"#meta\"}}},\"$defs\":{\"anchorString"
	  "\":{\"type\":\"string\",\"pattern\":\"^[A-Za-z_][-A-Za-z0-"
	  "9._]*$\"},\"uriString\":{\"type\":\"string\",\"format\":\""
	  "uri\"},\"uriReferenceString\":{\"type\":\"string\",\"forma"
	  "t\":\"uri-reference\"}}}" },
	{ "https://json-schema.org/draft/2020-12/meta/format-annotation",
	  "{\"$schema\":\"https://json-schema.org/draft/2020-12/schem"
	  "a\",\"$id\":\"https://json-schema.org/draft/2020-12/meta/f"
	  "ormat-annotation\",\"$vocabulary\":{\"https://json-schema."
	  "org/draft/2020-12/vocab/format-annotation\":true},\"$dynam"
	  "icAnchor\":\"meta\",\"title\":\"Format vocabulary meta-sch"
	  "ema for annotation results\",\"type\":[\"object\",\"boolea"
	  "n\"],\"properties\":{\"format\":{\"type\":\"string\"}}}" },
	{ "https://json-schema.org/draft/2020-12/meta/format-assertion",
	  "{\"$schema\":\"https://json-schema.org/draft/2020-12/schem"
	  "a\",\"$id\":\"https://json-schema.org/draft/2020-12/meta/f"
	  "ormat-assertion\",\"$vocabulary\":{\"https://json-schema.o"
	  "rg/draft/2020-12/vocab/format-assertion\":true},\"$dynamic"
	  "Anchor\":\"meta\",\"title\":\"Format vocabulary meta-schem"
	  "a for assertion results\",\"type\":[\"object\",\"boolean\""
	  "],\"properties\":{\"format\":{\"type\":\"string\"}}}" },
	{ "https://json-schema.org/draft/2020-12/meta/meta-data",
	  "{\"$schema\":\"https://json-schema.org/draft/2020-12/schem"
	  "a\",\"$id\":\"https://json-schema.org/draft/2020-12/meta/m"
	  "eta-data\",\"$vocabulary\":{\"https://json-schema.org/draf"
	  "t/2020-12/vocab/meta-data\":true},\"$dynamicAnchor\":\"met"
	  "a\",\"title\":\"Meta-data vocabulary meta-schema\",\"type"
	  "\":[\"object\",\"boolean\"],\"properties\":{\"title\":{\"t"
	  "ype\":\"string\"},\"description\":{\"type\":\"string\"},\""
	  "default\":true,\"deprecated\":{\"type\":\"boolean\",\"defa"
	  "ult\":false},\"readOnly\":{\"type\":\"boolean\",\"default"
	  "\":false},\"writeOnly\":{\"type\":\"boolean\",\"default\":"
	  "false},\"examples\":{\"type\":\"array\",\"items\":true}}}" },
	{ "https://json-schema.org/draft/2020-12/meta/unevaluated",
	  "{\"$schema\":\"https://json-schema.org/draft/2020-12/schem"
	  "a\",\"$id\":\"https://json-schema.org/draft/2020-12/meta/u"
	  "nevaluated\",\"$vocabulary\":{\"https://json-schema.org/dr"
	  "aft/2020-12/vocab/unevaluated\":true},\"$dynamicAnchor\":"
	  "\"meta\",\"title\":\"Unevaluated applicator vocabulary met"
	  "a-schema\",\"type\":[\"object\",\"boolean\"],\"properties"
	  "\":{\"unevaluatedItems\":{\"$dynamicRef\":\"#meta\"},\"une"
	  "valuatedProperties\":{\"$dynamicRef\":\"#meta\"}}}" },
	{ "https://json-schema.org/draft/2020-12/meta/validation",
	  "{\"$schema\":\"https://json-schema.org/draft/2020-12/schem"
	  "a\",\"$id\":\"https://json-schema.org/draft/2020-12/meta/v"
	  "alidation\",\"$vocabulary\":{\"https://json-schema.org/dra"
	  "ft/2020-12/vocab/validation\":true},\"$dynamicAnchor\":\"m"
	  "eta\",\"title\":\"Validation vocabulary meta-schema\",\"ty"
	  "pe\":[\"object\",\"boolean\"],\"properties\":{\"type\":{\""
	  "anyOf\":[{\"$ref\":\"#/$defs/simpleTypes\"},{\"type\":\"ar"
	  "ray\",\"items\":{\"$ref\":\"#/$defs/simpleTypes\"},\"minIt"
	  "ems\":1,\"uniqueItems\":true}]},\"const\":true,\"enum\":{"
	  "\"type\":\"array\",\"items\":true},\"multipleOf\":{\"type"
	  "\":\"number\",\"exclusiveMinimum\":0},\"maximum\":{\"type"
	  "\":\"number\"},\"exclusiveMaximum\":{\"type\":\"number\"},"
	  "\"minimum\":{\"type\":\"number\"},\"exclusiveMinimum\":{\""
	  "type\":\"number\"},\"maxLength\":{\"$ref\":\"#/$defs/nonNe"
	  "gativeInteger\"},\"minLength\":{\"$ref\":\"#/$defs/nonNega"
	  "tiveIntegerDefault0\"},\"pattern\":{\"type\":\"string\",\""
	  "format\":\"regex\"},\"maxItems\":{\"$ref\":\"#/$defs/nonNe"
	  "gativeInteger\"},\"minItems\":{\"$ref\":\"#/$defs/nonNegat"
	  "iveIntegerDefault0\"},\"uniqueItems\":{\"type\":\"boolean"
	  "\",\"default\":false},\"maxContains\":{\"$ref\":\"#/$defs/"
	  "nonNegativeInteger\"},\"minContains\":{\"$ref\":\"#/$defs/"
	  "nonNegativeInteger\",\"default\":1},\"maxProperties\":{\"$"
	  "ref\":\"#/$defs/nonNegativeInteger\"},\"minProperties\":{"
	  "\"$ref\":\"#/$defs/nonNegativeIntegerDefault0\"},\"require"
	  "d\":{\"$ref\":\"#/$defs/stringArray\"},\"dependentRequired"
	  "\":{\"type\":\"object\",\"additionalProperties\":{\"$ref\""
	  ":\"#/$defs/stringArray\"}}},\"$defs\":{\"nonNegativeIntege"
	  "r\":{\"type\":\"integer\",\"minimum\":0},\"nonNegativeInte"
	  "gerDefault0\":{\"$ref\":\"#/$defs/nonNegativeInteger\",\"d"
	  "efault\":0},\"simpleTypes\":{\"enum\":[\"array\",\"boolean"
	  "\",\"integer\",\"null\",\"number\",\"object\",\"string\"]}"
	  ",\"stringArray\":{\"type\":\"array\",\"items\":{\"type\":"
	  "\"string\"},\"uniqueItems\":true,\"default\":[]}}}" },
};

struct span schema_bundled(struct span uri)
{
	for (size_t i = 0; i < sizeof(bundled) / sizeof(bundled[0]); i++)
		if (span_is(uri, bundled[i].uri))
			return span_of(bundled[i].text);
	return (struct span){ NULL, 0 };
}
