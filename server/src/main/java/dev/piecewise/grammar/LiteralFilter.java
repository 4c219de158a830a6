package dev.piecewise.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.grammar.Shape.Literals;
import dev.piecewise.grammar.Shape.Num;
import dev.piecewise.grammar.Shape.Place;
import dev.piecewise.grammar.Shape.Text;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Which values of {@code enum} and {@code const} are valid by the keywords beside them. */
final class LiteralFilter {
    private final Budget budget;

    LiteralFilter(Budget budget) {
        this.budget = budget;
    }

    List<Shape> keep(List<Place> schemas, Set<Types> types, List<JsonNode> values) {
        List<JsonNode> kept = new ArrayList<>();
        for (JsonNode value : values) {
            budget.take(1);
            if (types.contains(Types.of(value)) && valid(schemas, value)) {
                kept.add(value);
            }
        }
        return kept.isEmpty()
                ? List.of()
                : List.of(new Literals(schemas.getFirst().path(), kept));
    }

    /** What is equal where two values are the same; as JSON Schema has it, 1 and 1.0 are. */
    static Object identity(JsonNode value) {
        return value.isNumber() ? value.decimalValue().stripTrailingZeros() : value;
    }

    static Set<Object> identities(List<JsonNode> values) {
        return values.stream().map(LiteralFilter::identity).collect(Collectors.toSet());
    }

    /** Whether no number in it is beyond those of doubles. */
    static boolean isFinite(JsonNode value) {
        return value.isContainerNode()
                ? value.valueStream().allMatch(LiteralFilter::isFinite)
                : !value.isNumber() || Double.isFinite(value.doubleValue());
    }

    private boolean valid(List<Place> schemas, JsonNode value) {
        return switch (Types.of(value)) {
            case NULL, BOOLEAN -> true;
            case INTEGER, FRACTION -> {
                Num bounds = Bounds.of(schemas, schemas.getFirst().path(), false);
                yield bounds != null
                        && Bounds.contain(bounds, value.decimalValue())
                        && multiple(schemas, value.decimalValue());
            }
            case STRING -> {
                Text text = ShapeReader.text(schemas);
                yield text != null && new Strings(budget, text).accept(value.textValue());
            }
            case OBJECT -> plain(schemas, Types.OBJECT);
            case ARRAY -> plain(schemas, Types.ARRAY);
        };
    }

    private static boolean multiple(List<Place> schemas, BigDecimal value) {
        return schemas.stream()
                .flatMap(place -> Keywords.number(place, "multipleOf").stream())
                .allMatch(divisor -> value.remainder(divisor).signum() == 0);
    }

    /** Objects and lists are written as they are; other demands on them are refused. */
    private static boolean plain(List<Place> schemas, Types type) {
        for (Place place : schemas) {
            place.schema().fieldNames().forEachRemaining(name -> {
                if (Types.meant(name) == type) {
                    throw Keywords.unsupported(place.at(name));
                }
            });
        }
        return true;
    }
}
