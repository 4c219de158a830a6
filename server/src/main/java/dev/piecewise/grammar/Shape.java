package dev.piecewise.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One kind of value that a schema allows, in the form in which it is written out. */
sealed interface Shape {
    /** A schema where it stands in the request. */
    record Place(JsonNode schema, String path) {
        Place at(String keyword) {
            return new Place(schema.path(keyword), path + "." + keyword);
        }

        Place at(String keyword, int index) {
            return new Place(schema.path(keyword).path(index), "%s.%s[%d]".formatted(path, keyword, index));
        }
    }

    /** What is valid by all of these schemas; none at all is anything. */
    record All(List<Place> schemas) {
        static final All ANYTHING = new All(List.of());
    }

    /**
     * @param path where the shape comes from
     * @param least characters at least
     * @param most -1 for no limit
     * @param patterns of the whole text; all must match
     */
    record Text(String path, int least, int most, List<RegexNode> patterns) implements Shape {}

    /**
     * @param least null for no limit, as is {@code most}
     * @param divisor integers must be its multiples; 1 for any
     * @param places digits behind the point at most; 0 for integers, -1 for no limit
     */
    record Num(
            String path,
            @Nullable BigDecimal least,
            boolean beyondLeast,
            @Nullable BigDecimal most,
            boolean belowMost,
            int divisor,
            int places)
            implements Shape {}

    /** Some values, written as they are. */
    record Literals(String path, List<JsonNode> values) implements Shape {}

    /**
     * @param others what properties that are not named must be; empty if there are none
     * @param closed whether the schema itself forbids other properties
     */
    record Obj(
            String path,
            Map<String, All> properties,
            Set<String> required,
            Optional<All> others,
            boolean closed,
            int least,
            int most)
            implements Shape {}

    /**
     * @param first the first items, by position
     * @param others the items behind them; empty if there are none
     */
    record Arr(String path, List<All> first, Optional<All> others, int least, int most) implements Shape {}

    /**
     * What a schema allows.
     *
     * @param exact whether nothing else would be valid; false where the shapes are those that the schema has in mind, though it does not say so
     */
    record Options(List<Shape> shapes, boolean exact) {
        static final Options NONE = new Options(List.of(), true);
    }
}
