package dev.piecewise.grammar;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.piecewise.error.ServingException;
import dev.piecewise.grammar.RegexNode.Chars;
import dev.piecewise.grammar.Shape.All;
import dev.piecewise.grammar.Shape.Arr;
import dev.piecewise.grammar.Shape.Obj;
import dk.brics.automaton.Automaton;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/** Parts of a graph that read objects and lists; all give the state behind the value. */
final class Containers {
    /** A longer limit is taken for this one. */
    private static final int LONGEST = 1000;

    /** Names that the schema does not give are written without escapes, so that none of them is another way to write one that it gives. */
    private static final CodePoints NAMED = CodePoints.of(' ', Character.MAX_CODE_POINT)
            .without(CodePoints.of('"').or(CodePoints.of('\\')));

    private final Graph graph;
    private final Values values;

    /** Reads a value of a schema; with {@code often}, in a rule that is there once, as it is to be read in several places. */
    interface Values {
        int part(All schema, int from, boolean often);
    }

    Containers(Graph graph, Values values) {
        this.graph = graph;
        this.values = values;
    }

    /** The states between properties are told apart by how many there were. */
    int object(Obj obj, int from) {
        int most = most(obj);
        int top = most >= 0 ? most : Math.max(1, obj.least());
        int[] states = states(top);
        graph.skip(graph.text(from, "{"), states[0]);
        for (Map.Entry<String, All> property : obj.properties().entrySet()) {
            int[] next = states(top);
            if (!obj.required().contains(property.getKey())) {
                for (int count = 0; count <= top; count++) {
                    graph.skip(states[count], next[count]);
                }
            }
            byte[] name =
                    Utf8.bytes(obj.path(), TextNode.valueOf(property.getKey()).toString());
            property(
                    states,
                    next,
                    most < 0,
                    key -> values.part(property.getValue(), colon(graph.text(key, name)), false));
            states = next;
        }
        if (obj.others().isPresent()) {
            others(obj, obj.others().get(), states, most < 0);
        }
        int end = graph.state();
        for (int count = obj.least(); count <= top; count++) {
            graph.skip(states[count], end);
        }
        return graph.text(end, "}");
    }

    private static int most(Obj obj) {
        int named = obj.properties().size();
        if (obj.others().isPresent()) {
            if (obj.least() > obj.required().size()) {
                throw ServingException.invalid(
                        obj.path() + ".minProperties",
                        obj.path() + ".minProperties is not supported for properties that are not named");
            }
            return obj.most() < 0 ? -1 : Math.min(obj.most(), Math.max(LONGEST, named));
        }
        return obj.most() < 0 ? -1 : Math.min(obj.most(), named);
    }

    private void others(Obj obj, All schema, int[] states, boolean endless) {
        Collection<String> named = obj.properties().keySet();
        List<RegexNode> expressions = new ArrayList<>(List.of(new Chars(NAMED)));
        named.forEach(name -> expressions.add(RegexNode.literal(name)));
        CharAutomata letters = new CharAutomata(graph.budget(), expressions);
        Automaton names = letters.except(NAMED, named);
        property(states, states, endless, key -> {
            int name = Characters.JSON.part(graph, graph.text(key, "\""), letters, names);
            return values.part(schema, colon(graph.text(name, "\"")), true);
        });
    }

    /** One property more, behind a comma unless it is the first one; {@code endless} if beyond the last count it is still the last count. */
    private void property(int[] states, int[] next, boolean endless, IntUnaryOperator part) {
        int top = states.length - 1;
        for (int count = 1; count <= top; count++) {
            int key = graph.state();
            int before = count - 1;
            graph.skip(before == 0 ? states[0] : comma(states[before]), key);
            if (endless && count == top) {
                graph.skip(comma(states[top]), key);
            }
            graph.skip(part.applyAsInt(key), next[count]);
        }
    }

    int list(Arr arr, int from) {
        int fixed = arr.first().size();
        boolean endless = arr.others().isPresent() && arr.most() < 0;
        int most = arr.others().isPresent() ? Math.min(arr.most(), Math.max(LONGEST, arr.least())) : fixed;
        if (arr.others().isEmpty() && arr.most() >= 0) {
            most = Math.min(arr.most(), fixed);
        }
        int top = endless ? Math.max(Math.max(1, fixed), arr.least()) : most;
        int end = graph.state();
        int at = graph.text(from, "[");
        for (int count = 0; count <= top; count++) {
            if (count >= arr.least()) {
                graph.skip(at, end);
            }
            if (count < top || endless) {
                int item = count == 0 ? at : comma(at);
                int behind = count < fixed
                        ? values.part(arr.first().get(count), item, false)
                        : values.part(arr.others().orElse(All.ANYTHING), item, true);
                at = count < top ? behind : loop(behind, at);
            }
        }
        return graph.text(end, "]");
    }

    private int loop(int from, int to) {
        graph.skip(from, to);
        return to;
    }

    private int[] states(int top) {
        int[] states = new int[top + 1];
        for (int i = 0; i <= top; i++) {
            states[i] = graph.state();
        }
        return states;
    }

    private int comma(int from) {
        return space(graph.text(from, ","));
    }

    private int colon(int from) {
        return space(graph.text(from, ":"));
    }

    /** Behind a space, if there is one. */
    private int space(int from) {
        int behind = graph.text(from, " ");
        graph.skip(from, behind);
        return behind;
    }
}
