package dev.piecewise.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.error.ServingException;
import dev.piecewise.grammar.Shape.All;
import dev.piecewise.grammar.Shape.Options;
import dev.piecewise.grammar.Shape.Place;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** From schemas to the shapes of values: follows references, joins what must hold together, and takes alternatives apart. Reads every schema once. */
final class SchemaReader {
    private static final int MOST_DEPTH = 500;

    private final References references;
    private final Budget budget;
    private final ShapeReader shapes;
    private final Disjoint disjoint;
    private final IdentityHashMap<JsonNode, Integer> numbers = new IdentityHashMap<>();
    private final IdentityHashMap<JsonNode, Map<String, JsonNode>> stripped = new IdentityHashMap<>();
    private final Map<Set<Integer>, Options> known = new HashMap<>();
    /** Those that are being read. */
    private final Set<Set<Integer>> open = new HashSet<>();

    private int depth;

    SchemaReader(Place root, Budget budget) {
        this.budget = budget;
        references = new References(root);
        shapes = new ShapeReader(budget);
        disjoint = new Disjoint(this, budget);
    }

    /** Which schemas these are, in whatever order. */
    Set<Integer> key(All all) {
        Set<Integer> key = new TreeSet<>();
        for (Place place : all.schemas()) {
            key.add(numbers.computeIfAbsent(place.schema(), node -> numbers.size()));
        }
        return key;
    }

    /** Empty if nothing is valid. */
    Options options(All all) {
        Set<Integer> key = key(all);
        Options before = known.get(key);
        if (before != null) {
            return before;
        }
        if (!open.add(key)) {
            throw endless(all.schemas().getFirst());
        }
        budget.take(1 + all.schemas().size());
        enter(all.schemas().isEmpty() ? "the schema" : all.schemas().getFirst().path());
        Options options = read(all);
        depth--;
        known.put(key, options);
        open.remove(key);
        return options;
    }

    private Options read(All all) {
        List<Place> flat = new ArrayList<>();
        Set<JsonNode> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Place place : all.schemas()) {
            if (!flatten(place, flat, seen)) {
                return Options.NONE;
            }
        }
        for (int i = 0; i < flat.size(); i++) {
            for (String keyword : new String[] {"anyOf", "oneOf"}) {
                if (Keywords.has(flat.get(i), keyword)) {
                    return alternatives(flat, i, keyword);
                }
            }
        }
        return shapes.read(flat);
    }

    /** Adds a schema, what it refers to and what must hold with it; false if nothing is valid. */
    private boolean flatten(Place place, List<Place> flat, Set<JsonNode> seen) {
        budget.take(1);
        Keywords.schema(place);
        if (place.schema().isBoolean()) {
            return place.schema().booleanValue();
        }
        enter(place.path());
        if (!seen.add(place.schema())) {
            throw endless(place);
        }
        Place rest = place;
        boolean possible = true;
        if (Keywords.has(place, "$ref")) {
            rest = strip(rest, "$ref");
            possible = flatten(references.target(place.at("$ref")), flat, seen);
        }
        if (Keywords.has(place, "allOf")) {
            rest = strip(rest, "allOf");
            for (Place part : Keywords.schemas(place, "allOf")) {
                possible &= flatten(part, flat, seen);
            }
        }
        seen.remove(place.schema());
        depth--;
        Keywords.check(rest);
        if (!rest.schema().isEmpty()) {
            flat.add(rest);
        }
        return possible;
    }

    /** A refusal ends the reading, so the depth is not restored then. */
    private void enter(String path) {
        if (++depth > MOST_DEPTH) {
            throw ServingException.invalid(
                    path, "%s is reached through more than %d references and alternatives".formatted(path, MOST_DEPTH));
        }
    }

    private Options alternatives(List<Place> flat, int at, String keyword) {
        Place place = flat.get(at);
        List<Place> base = new ArrayList<>(flat);
        base.set(at, strip(place, keyword));
        base.removeIf(each -> each.schema().isEmpty());
        Set<Shape> all = new LinkedHashSet<>();
        List<Options> branches = new ArrayList<>();
        boolean exact = true;
        for (Place branch : Keywords.schemas(place, keyword)) {
            List<Place> together = new ArrayList<>(base);
            together.add(branch);
            Options options = options(new All(together));
            branches.add(options);
            all.addAll(options.shapes());
            exact &= options.exact();
            budget.take(all.size());
        }
        if (keyword.equals("oneOf")) {
            requireDisjoint(branches, place.at(keyword));
        }
        return new Options(List.copyOf(all), exact);
    }

    private void requireDisjoint(List<Options> branches, Place place) {
        for (int i = 0; i < branches.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (!disjoint.test(branches.get(j), branches.get(i))) {
                    throw ServingException.invalid(
                            place.path(),
                            "%s is supported only where its schemas exclude each other; [%d] and [%d] may not"
                                    .formatted(place.path(), j, i));
                }
            }
        }
    }

    /** The same schema without a keyword; always the same node, so that it is known again. */
    private Place strip(Place place, String keyword) {
        JsonNode node = stripped.computeIfAbsent(place.schema(), schema -> new HashMap<>())
                .computeIfAbsent(keyword, name -> {
                    ObjectNode copy = ((ObjectNode) place.schema()).objectNode();
                    place.schema().properties().forEach(field -> {
                        if (!field.getKey().equals(name)) {
                            copy.set(field.getKey(), field.getValue());
                        }
                    });
                    return copy;
                });
        return new Place(node, place.path());
    }

    private static ServingException endless(Place place) {
        return ServingException.invalid(place.path(), place.path() + " refers to itself without anything in between");
    }
}
