package dev.piecewise.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;

/** Seeded random schemas of every keyword that structured output honours; some of them allow nothing at all. */
final class RandomSchemas {
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> PATTERNS = List.of(
            "^[a-c]{2,4}$",
            "x\\d+y?",
            "^(foo|bar)[^\\s\"]*",
            "é|ü$",
            "^\\w+@\\w+$",
            "[\\u4e00-\\u4e2d]",
            "^.{3,5}$",
            "\"\\\\");
    private static final List<String> FORMATS =
            List.of("date", "time", "date-time", "uuid", "email", "ipv4", "ipv6", "hostname", "uri", "duration");
    private static final List<String> NAMES = List.of("a", "b", "c c", "d\"d", "é", "f");

    private final Random random;

    RandomSchemas(long seed) {
        random = new Random(seed);
    }

    /** A schema with two definitions, which may refer to each other. */
    ObjectNode next() {
        ObjectNode schema = value(3);
        ObjectNode definitions = JSON.createObjectNode();
        definitions.set("one", object(1));
        definitions.set("two", value(1));
        schema.set("$defs", definitions);
        return schema;
    }

    private ObjectNode value(int depth) {
        int kind = random.nextInt(depth > 0 ? 14 : 7);
        return switch (kind) {
            case 0 -> typed(chance(0.5) ? "boolean" : "null");
            case 1 -> number(typed("integer"));
            case 2 -> number(typed("number"));
            case 3, 4 -> string();
            case 5 -> literals();
            case 6 -> types();
            case 7, 8, 9 -> object(depth);
            case 10, 11 -> array(depth);
            case 12 -> combined(depth);
            default -> JSON.createObjectNode().put("$ref", chance(0.5) ? "#/$defs/one" : "#/$defs/two");
        };
    }

    private ObjectNode types() {
        ObjectNode schema = JSON.createObjectNode();
        schema.putArray("type").add("string").add("integer").add("null");
        return schema.put("minLength", 2).put("minimum", 3);
    }

    private ObjectNode number(ObjectNode schema) {
        boolean integer = schema.path("type").asText().equals("integer");
        double low = bound(integer);
        double high = low + random.nextInt(1, 300) / (integer ? 1.0 : 7.0);
        if (chance(0.5)) {
            set(schema, chance(0.5) ? "minimum" : "exclusiveMinimum", low, integer);
        }
        if (chance(0.5)) {
            set(schema, chance(0.5) ? "maximum" : "exclusiveMaximum", high, integer);
        }
        if (chance(0.2)) {
            schema.put("multipleOf", random.nextInt(1, 5));
        } else if (!integer && chance(0.2)) {
            schema.put("multipleOf", 0.01);
        }
        return schema;
    }

    private double bound(boolean integer) {
        double bound = (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(7));
        return integer ? Math.rint(bound) : Math.rint(bound * 1000) / 1000;
    }

    private static void set(ObjectNode schema, String keyword, double value, boolean integer) {
        if (integer) {
            schema.put(keyword, (long) value);
        } else {
            schema.put(keyword, value);
        }
    }

    private ObjectNode string() {
        ObjectNode schema = typed("string");
        if (chance(0.3)) {
            return schema.put("format", FORMATS.get(random.nextInt(FORMATS.size())));
        }
        if (chance(0.4)) {
            schema.put("minLength", random.nextInt(4));
        }
        if (chance(0.4)) {
            schema.put("maxLength", random.nextInt(3, 12));
        }
        return chance(0.4) ? schema.put("pattern", PATTERNS.get(random.nextInt(PATTERNS.size()))) : schema;
    }

    private ObjectNode literals() {
        ObjectNode schema = JSON.createObjectNode();
        if (chance(0.3)) {
            schema.set("const", JSON.valueToTree(List.of(1, "x\n", List.of())));
            return schema;
        }
        ArrayNode values = schema.putArray("enum");
        values.add("a").add("a b").add(3).add(2.5).addNull().add("日本\"").add(true);
        return chance(0.5) ? schema.put("type", "string") : schema;
    }

    private ObjectNode object(int depth) {
        ObjectNode schema = typed("object");
        if (chance(0.85)) {
            ObjectNode properties = schema.putObject("properties");
            ArrayNode required = schema.putArray("required");
            for (String name : NAMES.subList(0, random.nextInt(NAMES.size()))) {
                properties.set(name, value(depth - 1));
                if (chance(0.4)) {
                    required.add(name);
                }
            }
        }
        if (chance(0.4)) {
            schema.set(
                    "additionalProperties", chance(0.5) ? JSON.getNodeFactory().booleanNode(chance(0.3)) : value(0));
        }
        if (chance(0.2)) {
            schema.put("maxProperties", random.nextInt(2, 6));
        }
        return schema;
    }

    private ObjectNode array(int depth) {
        ObjectNode schema = typed("array");
        if (chance(0.3)) {
            schema.putArray("prefixItems").add(value(depth - 1)).add(value(0));
        }
        if (chance(0.8)) {
            schema.set("items", value(depth - 1));
        }
        if (chance(0.4)) {
            schema.put("minItems", random.nextInt(3));
        }
        if (chance(0.6)) {
            schema.put("maxItems", random.nextInt(3, 5));
        }
        return schema;
    }

    private ObjectNode combined(int depth) {
        ObjectNode schema = JSON.createObjectNode();
        if (chance(0.3)) {
            schema.putArray("allOf").add(object(depth - 1)).add(object(depth - 1));
        } else if (chance(0.3)) {
            schema.putArray("oneOf").add(string()).add(number(typed("number"))).add(object(depth - 1));
        } else {
            schema.putArray("anyOf").add(value(depth - 1)).add(value(depth - 1)).add(string());
        }
        return schema;
    }

    private boolean chance(double share) {
        return random.nextDouble() < share;
    }

    private static ObjectNode typed(String type) {
        return JSON.createObjectNode().put("type", type);
    }

    static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
