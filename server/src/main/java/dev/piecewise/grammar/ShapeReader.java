package dev.piecewise.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.piecewise.grammar.Shape.All;
import dev.piecewise.grammar.Shape.Arr;
import dev.piecewise.grammar.Shape.Literals;
import dev.piecewise.grammar.Shape.Obj;
import dev.piecewise.grammar.Shape.Options;
import dev.piecewise.grammar.Shape.Place;
import dev.piecewise.grammar.Shape.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** From schemas without references and alternatives, which must all hold, to the shapes that they allow. */
final class ShapeReader {
    private final LiteralFilter literals;

    ShapeReader(Budget budget) {
        literals = new LiteralFilter(budget);
    }

    Options read(List<Place> schemas) {
        Set<Types> types = Types.allowed(schemas);
        List<JsonNode> values = values(schemas);
        if (values != null) {
            return new Options(literals.keep(schemas, types, values), true);
        }
        Set<Types> meant = Types.meant(schemas);
        boolean narrow = schemas.stream().noneMatch(place -> Keywords.has(place, "type")) && !meant.isEmpty();
        List<Shape> shapes = new ArrayList<>();
        for (Types type : narrow ? meant : types) {
            Shape shape = shape(type, schemas, types);
            if (shape != null) {
                shapes.add(shape);
            }
        }
        return new Options(shapes, !narrow);
    }

    private @Nullable Shape shape(Types type, List<Place> schemas, Set<Types> types) {
        return switch (type) {
            case NULL -> new Literals(path(schemas), List.of(NullNode.getInstance()));
            case BOOLEAN -> new Literals(path(schemas), List.of(BooleanNode.TRUE, BooleanNode.FALSE));
            case INTEGER -> types.contains(Types.FRACTION) ? null : Bounds.of(schemas, path(schemas), true);
            case FRACTION -> Bounds.of(schemas, path(schemas), false);
            case STRING -> text(schemas);
            case OBJECT -> object(schemas);
            case ARRAY -> array(schemas);
        };
    }

    private static String path(List<Place> schemas) {
        return schemas.isEmpty() ? "the schema" : schemas.getFirst().path();
    }

    /** What all {@code enum} and {@code const} have in common, null where there are none. */
    private static @Nullable List<JsonNode> values(List<Place> schemas) {
        List<JsonNode> common = null;
        for (Place place : schemas) {
            if (Keywords.has(place, "enum") && !place.schema().path("enum").isArray()) {
                throw Keywords.wrong(place.at("enum"), "a list");
            }
            for (String keyword : new String[] {"enum", "const"}) {
                if (Keywords.has(place, keyword)) {
                    JsonNode value = place.schema().path(keyword);
                    List<JsonNode> own = keyword.equals("enum")
                            ? List.copyOf(value.valueStream().toList())
                            : List.of(value);
                    if (!own.stream().allMatch(LiteralFilter::isFinite)) {
                        throw Keywords.wrong(place.at(keyword), "within the numbers that readers know");
                    }
                    common = common == null ? own : common(common, own);
                }
            }
        }
        return common;
    }

    private static List<JsonNode> common(List<JsonNode> some, List<JsonNode> others) {
        Set<Object> known = LiteralFilter.identities(others);
        return some.stream()
                .filter(value -> known.contains(LiteralFilter.identity(value)))
                .toList();
    }

    /** Null if the lengths exclude each other. */
    static @Nullable Text text(List<Place> schemas) {
        int least = 0;
        int most = -1;
        List<RegexNode> patterns = new ArrayList<>();
        for (Place place : schemas) {
            least = Math.max(least, Keywords.count(place, "minLength", 0));
            int own = Keywords.count(place, "maxLength", -1);
            most = own < 0 ? most : most < 0 ? own : Math.min(most, own);
            if (Keywords.has(place, "pattern")) {
                Place pattern = place.at("pattern");
                patterns.add(
                        Anchors.whole(pattern.path(), RegexParser.parse(pattern.path(), Keywords.text(pattern)), true));
            }
            if (Keywords.has(place, "format")) {
                Formats.of(place.at("format")).ifPresent(patterns::add);
            }
        }
        return most >= 0 && most < least ? null : new Text(path(schemas), least, most, patterns);
    }

    private static @Nullable Obj object(List<Place> schemas) {
        Set<String> required = new LinkedHashSet<>();
        int least = 0;
        int most = -1;
        boolean closed = false;
        for (Place place : schemas) {
            required.addAll(Keywords.texts(place, "required"));
            least = Math.max(least, Keywords.count(place, "minProperties", 0));
            int own = Keywords.count(place, "maxProperties", -1);
            most = own < 0 ? most : most < 0 ? own : Math.min(most, own);
            closed |= place.schema().path("additionalProperties").isBoolean()
                    && !place.schema().path("additionalProperties").asBoolean();
        }
        Set<String> names = new LinkedHashSet<>();
        for (Place place : schemas) {
            if (Keywords.has(place, "properties")) {
                Keywords.object(place.at("properties")).schema().fieldNames().forEachRemaining(names::add);
            }
        }
        names.addAll(required);
        Map<String, All> properties = new LinkedHashMap<>();
        names.forEach(name -> properties.put(name, property(schemas, name)));
        boolean named = !names.isEmpty() || schemas.stream().anyMatch(place -> Keywords.has(place, "properties"));
        Optional<All> others = others(schemas, named);
        return new Obj(path(schemas), properties, required, others, closed, least, most);
    }

    /** By every schema a property is what {@code properties} says of it, or else what it says of properties that it does not name. */
    private static All property(List<Place> schemas, String name) {
        List<Place> all = new ArrayList<>();
        for (Place place : schemas) {
            if (place.schema().path("properties").has(name)) {
                all.add(Keywords.schema(place.at("properties").at(name)));
            } else if (Keywords.has(place, "additionalProperties")) {
                all.add(Keywords.schema(place.at("additionalProperties")));
            }
        }
        return new All(all);
    }

    /** Properties that nobody speaks of are left out where some are named. */
    private static Optional<All> others(List<Place> schemas, boolean named) {
        List<Place> all = schemas.stream()
                .filter(place -> Keywords.has(place, "additionalProperties"))
                .map(place -> Keywords.schema(place.at("additionalProperties")))
                .toList();
        boolean forbidden = all.stream()
                        .anyMatch(place ->
                                place.schema().isBoolean() && !place.schema().asBoolean())
                || (all.isEmpty() && (named || unevaluated(schemas, "unevaluatedProperties")));
        return forbidden ? Optional.empty() : Optional.of(new All(all));
    }

    private static @Nullable Arr array(List<Place> schemas) {
        int least = 0;
        int most = -1;
        int prefix = 0;
        for (Place place : schemas) {
            least = Math.max(least, Keywords.count(place, "minItems", 0));
            int own = Keywords.count(place, "maxItems", -1);
            most = own < 0 ? most : most < 0 ? own : Math.min(most, own);
            prefix = Math.max(prefix, prefix(place).size());
        }
        List<All> first = new ArrayList<>();
        for (int i = 0; i < prefix; i++) {
            int at = i;
            first.add(new All(schemas.stream().flatMap(place -> item(place, at)).toList()));
        }
        boolean open = schemas.stream().anyMatch(place -> rest(place).findAny().isPresent())
                || (prefix == 0 && !unevaluated(schemas, "unevaluatedItems"));
        All others = new All(schemas.stream().flatMap(ShapeReader::rest).toList());
        boolean forbidden = others.schemas().stream()
                .anyMatch(place -> place.schema().isBoolean() && !place.schema().asBoolean());
        Optional<All> more = open && !forbidden ? Optional.of(others) : Optional.empty();
        return most >= 0 && most < least ? null : new Arr(path(schemas), first, more, least, most);
    }

    private static boolean unevaluated(List<Place> schemas, String keyword) {
        return schemas.stream()
                .anyMatch(place -> Keywords.has(place, keyword)
                        && !place.schema().path(keyword).asBoolean());
    }

    private static Stream<Place> item(Place place, int index) {
        List<Place> prefix = prefix(place);
        return index < prefix.size() ? Stream.of(prefix.get(index)) : rest(place);
    }

    /** {@code prefixItems}, or {@code items} as a list, as older drafts have it. */
    private static List<Place> prefix(Place place) {
        if (Keywords.has(place, "prefixItems")) {
            return Keywords.schemas(place, "prefixItems");
        }
        return place.schema().path("items").isArray() ? Keywords.schemas(place, "items") : List.of();
    }

    private static Stream<Place> rest(Place place) {
        String keyword = place.schema().path("items").isArray() ? "additionalItems" : "items";
        return Keywords.has(place, keyword) ? Stream.of(Keywords.schema(place.at(keyword))) : Stream.of();
    }
}
