package dev.piecewise.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.error.ServingException;
import dev.piecewise.grammar.Shape.Place;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the keywords of a schema with their types. A keyword that is wrong, or cannot be honoured, is INVALID_REQUEST with its path. */
final class Keywords {
    private static final Set<String> REFUSED = Set.of(
            "not",
            "if",
            "dependentSchemas",
            "dependentRequired",
            "dependencies",
            "patternProperties",
            "propertyNames",
            "contains",
            "$dynamicRef",
            "$recursiveRef",
            "extends",
            "disallow");

    private Keywords() {}

    static void check(Place place) {
        place.schema().fieldNames().forEachRemaining(name -> {
            JsonNode value = place.schema().path(name);
            boolean refused = REFUSED.contains(name)
                    || (name.equals("uniqueItems") && value.asBoolean())
                    || (name.startsWith("unevaluated") && value.isObject());
            if (refused) {
                throw unsupported(place.at(name));
            }
        });
    }

    static ServingException unsupported(Place place) {
        return ServingException.invalid(place.path(), place.path() + " is not supported in structured output");
    }

    static ServingException wrong(Place place, String expected) {
        return ServingException.invalid(place.path(), "%s must be %s".formatted(place.path(), expected));
    }

    static boolean has(Place place, String keyword) {
        return place.schema().has(keyword);
    }

    static Place schema(Place place) {
        if (!place.schema().isObject() && !place.schema().isBoolean()) {
            throw wrong(place, "a schema: an object, true or false");
        }
        return place;
    }

    static Place object(Place place) {
        if (!place.schema().isObject()) {
            throw wrong(place, "an object");
        }
        return place;
    }

    /** The schemas of a list that must not be empty. */
    static List<Place> schemas(Place place, String keyword) {
        JsonNode list = place.schema().path(keyword);
        if (!list.isArray() || list.isEmpty()) {
            throw wrong(place.at(keyword), "a list of schemas");
        }
        List<Place> schemas = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            schemas.add(schema(place.at(keyword, i)));
        }
        return schemas;
    }

    static Optional<BigDecimal> number(Place place, String keyword) {
        JsonNode value = place.schema().path(keyword);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        if (!value.isNumber() || Double.isInfinite(value.doubleValue()) || Double.isNaN(value.doubleValue())) {
            throw wrong(place.at(keyword), "a number");
        }
        return Optional.of(value.decimalValue().stripTrailingZeros());
    }

    /** A whole number that is not negative; huge ones are cut. */
    static int count(Place place, String keyword, int fallback) {
        Optional<BigDecimal> value = number(place, keyword);
        if (value.isEmpty()) {
            return fallback;
        }
        if (value.get().signum() < 0 || value.get().scale() > 0) {
            throw wrong(place.at(keyword), "a whole number that is not negative");
        }
        return value.get().min(BigDecimal.valueOf(Integer.MAX_VALUE)).intValue();
    }

    static String text(Place place) {
        if (!place.schema().isTextual()) {
            throw wrong(place, "a string");
        }
        return place.schema().textValue();
    }

    static List<String> texts(Place place, String keyword) {
        List<String> texts = new ArrayList<>();
        JsonNode list = place.schema().path(keyword);
        if (!list.isArray() && !list.isMissingNode()) {
            throw wrong(place.at(keyword), "a list of strings");
        }
        for (int i = 0; i < list.size(); i++) {
            texts.add(text(place.at(keyword, i)));
        }
        return texts;
    }
}
