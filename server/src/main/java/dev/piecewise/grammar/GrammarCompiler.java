package dev.piecewise.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.piecewise.error.ServingException;
import dev.piecewise.grammar.GrammarSpec.AnyObject;
import dev.piecewise.grammar.GrammarSpec.CallForm;
import dev.piecewise.grammar.GrammarSpec.Calls;
import dev.piecewise.grammar.GrammarSpec.Choice;
import dev.piecewise.grammar.GrammarSpec.Regex;
import dev.piecewise.grammar.GrammarSpec.Schema;
import dev.piecewise.grammar.GrammarSpec.Tool;
import dev.piecewise.grammar.Shape.Place;
import java.util.List;

/** From what a text must be to a grammar over tokens. */
final class GrammarCompiler {
    private final GrammarSpec spec;
    private final Graph graph;

    private GrammarCompiler(GrammarSpec spec, Runnable pause) {
        this.spec = spec;
        graph = new Graph(new Budget(spec.param(), pause));
    }

    /** INVALID_REQUEST names what cannot be honoured. Takes its turn in {@code slices}, as the grammar will. */
    static Grammar compile(GrammarSpec spec, TokenTrie tokens, Slices slices) {
        Machine machine = slices.run(turn -> machine(spec, tokens.single(), turn::pause));
        Grammar grammar = new Grammar(machine, tokens, slices, Grammar.MOST_BYTES);
        if (grammar.start().dead()) {
            throw ServingException.invalid(
                    spec.param(),
                    "%s allows nothing that the model could write; it may contradict itself".formatted(spec.param()));
        }
        return grammar;
    }

    /** The automaton over those bytes that are {@code usable}; {@code pause} is run again and again. */
    static Machine machine(GrammarSpec spec, boolean[] usable, Runnable pause) {
        GrammarCompiler compiler = new GrammarCompiler(spec, pause);
        int rule = compiler.graph.rule();
        int end = compiler.part(compiler.graph.starts.get(rule));
        compiler.graph.skip(end, compiler.graph.ends.get(rule));
        return Machine.of(compiler.graph, usable);
    }

    private int part(int from) {
        return switch (spec) {
            case AnyObject any -> new SchemaCompiler(graph, new Place(object(), any.param())).compile(from);
            case Schema(String param, JsonNode schema) -> schema(new Place(schema, param), from);
            case Regex(String param, String pattern) -> regex(param, pattern, from);
            case Choice(String param, List<String> choices) ->
                Scalars.anyOf(
                        graph,
                        from,
                        choices.stream()
                                .map(choice -> Utf8.bytes(param, choice))
                                .toList());
            case Calls calls -> calls(calls, from);
        };
    }

    private int schema(Place place, int from) {
        return new SchemaCompiler(graph, place).compile(from);
    }

    private int regex(String param, String pattern, int from) {
        RegexNode expression = Anchors.whole(param, RegexParser.parse(param, pattern), false);
        CharAutomata letters = new CharAutomata(graph.budget(), List.of(expression));
        return Characters.RAW.part(graph, from, letters, letters.of(expression));
    }

    private int calls(Calls calls, int from) {
        CallForm form = calls.form();
        int call = graph.rule();
        for (Tool tool : calls.tools()) {
            int at = text(graph.starts.get(call), form.before() + "{\"name\": " + TextNode.valueOf(tool.name()));
            at = text(at, ", " + TextNode.valueOf(form.argumentsKey()) + ": ");
            JsonNode parameters = tool.parameters().isObject()
                    ? tool.parameters()
                    : object().set("properties", JsonNodeFactory.instance.objectNode());
            graph.skip(text(schema(new Place(parameters, tool.param()), at), "}" + form.after()), graph.ends.get(call));
        }
        int end = graph.state();
        int at = text(from, form.open());
        for (int count = 0; count < Math.max(1, form.most()); count++) {
            int behind = graph.state();
            graph.call(count == 0 ? at : text(at, form.between()), call, behind);
            graph.skip(behind, end);
            at = behind;
        }
        return text(end, form.close());
    }

    private int text(int from, String text) {
        return graph.text(from, Utf8.bytes(spec.param(), text));
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode().put("type", "object");
    }
}
