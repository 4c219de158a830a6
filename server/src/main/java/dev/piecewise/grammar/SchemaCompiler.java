package dev.piecewise.grammar;

import dev.piecewise.grammar.Shape.All;
import dev.piecewise.grammar.Shape.Arr;
import dev.piecewise.grammar.Shape.Literals;
import dev.piecewise.grammar.Shape.Num;
import dev.piecewise.grammar.Shape.Obj;
import dev.piecewise.grammar.Shape.Place;
import dev.piecewise.grammar.Shape.Text;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * From a schema to a part of a graph that reads the JSON it allows. Objects and lists are rules, so that a schema may contain itself, and one that is used often is
 * there once. Properties come in the order of the schema; a space may follow a comma or a colon, and there is no other white space.
 */
final class SchemaCompiler {
    private final Graph graph;
    private final SchemaReader reader;
    private final All root;
    private final Scalars scalars;
    private final Containers containers;
    private final Map<Set<Integer>, Integer> rules = new HashMap<>();
    private final ArrayDeque<Runnable> pending = new ArrayDeque<>();

    SchemaCompiler(Graph graph, Place root) {
        this.graph = graph;
        this.root = new All(List.of(root));
        reader = new SchemaReader(root, graph.budget());
        scalars = new Scalars(graph);
        containers = new Containers(graph, this::value);
    }

    /** Reads a value of the schema; the state behind it. */
    int compile(int from) {
        int end = value(root, from, false);
        while (!pending.isEmpty()) {
            pending.removeFirst().run();
        }
        return end;
    }

    private int value(All schema, int from, boolean often) {
        int end = graph.state();
        List<Shape> shapes = reader.options(schema).shapes();
        boolean nests = shapes.stream().anyMatch(shape -> shape instanceof Obj || shape instanceof Arr);
        if (nests || often) {
            graph.call(from, rule(schema, shapes), end);
        } else {
            shapes.forEach(shape -> graph.skip(shape(shape, from), end));
        }
        return end;
    }

    private int rule(All schema, List<Shape> shapes) {
        Set<Integer> key = reader.key(schema);
        Integer known = rules.get(key);
        if (known != null) {
            return known;
        }
        int rule = graph.rule();
        rules.put(key, rule);
        pending.add(() ->
                shapes.forEach(shape -> graph.skip(shape(shape, graph.starts.get(rule)), graph.ends.get(rule))));
        return rule;
    }

    private int shape(Shape shape, int from) {
        return switch (shape) {
            case Literals literals -> scalars.literals(literals, from);
            case Text text -> scalars.text(text, from);
            case Num num -> scalars.number(num, from);
            case Obj obj -> containers.object(obj, from);
            case Arr arr -> containers.list(arr, from);
        };
    }
}
