package dev.piecewise.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.grammar.Shape.Place;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The types of JSON values, with integers and other numbers apart. */
enum Types {
    NULL,
    BOOLEAN,
    INTEGER,
    FRACTION,
    STRING,
    OBJECT,
    ARRAY;

    private static final Map<String, Set<Types>> NAMES = Map.of(
            "null", EnumSet.of(NULL),
            "boolean", EnumSet.of(BOOLEAN),
            "integer", EnumSet.of(INTEGER),
            "number", EnumSet.of(INTEGER, FRACTION),
            "string", EnumSet.of(STRING),
            "object", EnumSet.of(OBJECT),
            "array", EnumSet.of(ARRAY),
            "any", EnumSet.allOf(Types.class));

    private static final Map<String, Types> FAMILIES = Map.ofEntries(
            Map.entry("properties", OBJECT),
            Map.entry("required", OBJECT),
            Map.entry("additionalProperties", OBJECT),
            Map.entry("minProperties", OBJECT),
            Map.entry("maxProperties", OBJECT),
            Map.entry("items", ARRAY),
            Map.entry("prefixItems", ARRAY),
            Map.entry("additionalItems", ARRAY),
            Map.entry("minItems", ARRAY),
            Map.entry("maxItems", ARRAY),
            Map.entry("minLength", STRING),
            Map.entry("maxLength", STRING),
            Map.entry("pattern", STRING),
            Map.entry("minimum", FRACTION),
            Map.entry("maximum", FRACTION),
            Map.entry("exclusiveMinimum", FRACTION),
            Map.entry("exclusiveMaximum", FRACTION),
            Map.entry("multipleOf", FRACTION));

    static Types of(JsonNode value) {
        return switch (value.getNodeType()) {
            case NULL, MISSING -> NULL;
            case BOOLEAN -> BOOLEAN;
            case NUMBER -> value.decimalValue().stripTrailingZeros().scale() <= 0 ? INTEGER : FRACTION;
            case STRING, BINARY -> STRING;
            case OBJECT, POJO -> OBJECT;
            case ARRAY -> ARRAY;
        };
    }

    /** What {@code type}, and OpenAPI's {@code nullable}, leave; all types if nothing is said. */
    static Set<Types> allowed(List<Place> schemas) {
        Set<Types> allowed = EnumSet.allOf(Types.class);
        for (Place place : schemas) {
            if (Keywords.has(place, "type")) {
                Set<Types> own = EnumSet.noneOf(Types.class);
                JsonNode type = place.schema().path("type");
                if (type.isTextual()) {
                    own.addAll(named(place.at("type")));
                } else {
                    for (int i = 0; i < Keywords.texts(place, "type").size(); i++) {
                        own.addAll(named(place.at("type", i)));
                    }
                }
                if (place.schema().path("nullable").asBoolean()) {
                    own.add(NULL);
                }
                allowed.retainAll(own);
            }
        }
        return allowed;
    }

    /** The types that the schemas' other keywords are about; empty if there are none. */
    static Set<Types> meant(List<Place> schemas) {
        Set<Types> meant = EnumSet.noneOf(Types.class);
        for (Place place : schemas) {
            place.schema().fieldNames().forEachRemaining(name -> {
                Types type = FAMILIES.get(name);
                if (type != null) {
                    meant.add(type);
                }
            });
        }
        if (meant.contains(FRACTION)) {
            meant.add(INTEGER);
        }
        return meant;
    }

    /** The type that a keyword is about, null if it is about none. */
    static @Nullable Types meant(String keyword) {
        return FAMILIES.get(keyword);
    }

    private static Set<Types> named(Place place) {
        Set<Types> types = NAMES.get(Keywords.text(place));
        if (types == null) {
            throw Keywords.wrong(place, "one of object, array, string, number, integer, boolean, null");
        }
        return types;
    }
}
