package dev.piecewise.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.grammar.Shape.Literals;
import dev.piecewise.grammar.Shape.Num;
import dev.piecewise.grammar.Shape.Text;
import dk.brics.automaton.Automaton;
import dk.brics.automaton.BasicAutomata;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Parts of a graph that read values which hold no others; all give the state behind the value. */
final class Scalars {
    /** Wherever a shape comes from, its automaton is made once. */
    private static final String ANYWHERE = "";

    private final Graph graph;
    private final Map<Num, Automaton> numbers = new HashMap<>();
    private final Map<Text, Strings> strings = new HashMap<>();

    Scalars(Graph graph) {
        this.graph = graph;
    }

    int number(Num num, int from) {
        Num anywhere = new Num(
                ANYWHERE, num.least(), num.beyondLeast(), num.most(), num.belowMost(), num.divisor(), num.places());
        Automaton automaton =
                numbers.computeIfAbsent(anywhere, unknown -> new Numbers(graph.budget(), unknown).automaton());
        return Characters.BYTES.part(graph, from, Letters.THEMSELVES, automaton);
    }

    int literals(Literals literals, int from) {
        List<byte[]> texts = new ArrayList<>();
        for (JsonNode value : literals.values()) {
            texts.add(Utf8.bytes(literals.path(), value.toString()));
        }
        return anyOf(graph, from, texts);
    }

    /** Reads one of these texts. */
    static int anyOf(Graph graph, int from, Collection<byte[]> texts) {
        graph.budget().take(texts.stream().mapToLong(text -> text.length).sum());
        String[] sorted = texts.stream()
                .map(text -> new String(text, StandardCharsets.ISO_8859_1))
                .sorted()
                .distinct()
                .toArray(String[]::new);
        return Characters.BYTES.part(graph, from, Letters.THEMSELVES, BasicAutomata.makeStringUnion(sorted));
    }

    int text(Text text, int from) {
        int inside = graph.text(from, "\"");
        if (text.patterns().isEmpty() && text.least() == 0 && text.most() < 0) {
            return graph.text(freeText(inside), "\"");
        }
        Strings known = strings.computeIfAbsent(
                new Text(ANYWHERE, text.least(), text.most(), text.patterns()),
                unknown -> new Strings(graph.budget(), unknown));
        return graph.text(Characters.JSON.part(graph, inside, known.letters(), known.automaton()), "\"");
    }

    /** Any text, with any escapes but those of surrogates and NUL. */
    private int freeText(int from) {
        int inside = graph.state();
        graph.skip(from, inside);
        Characters.JSON.add(graph, inside, '\b', Character.MIN_SURROGATE - 1, inside);
        Characters.JSON.add(graph, inside, Character.MAX_SURROGATE + 1, Character.MAX_CODE_POINT, inside);
        int escape = graph.state();
        graph.read(inside, '\\', '\\', escape);
        graph.read(escape, '/', '/', inside);
        int last = hexDigit(inside);
        int third = hexDigit(last);
        int second = hexDigit(third);
        int hex = graph.state();
        graph.read(escape, 'u', 'u', hex);
        graph.read(hex, '1', '9', second);
        graph.read(hex, 'a', 'c', second);
        graph.read(hex, 'e', 'f', second);
        graph.read(hex, 'd', 'd', graph.tail('0', '7', third));
        int zero = graph.state();
        graph.read(hex, '0', '0', zero);
        graph.read(zero, '1', '9', third);
        graph.read(zero, 'a', 'f', third);
        int latin = graph.state();
        graph.read(zero, '0', '0', latin);
        graph.read(latin, '1', '9', last);
        graph.read(latin, 'a', 'f', last);
        return inside;
    }

    private int hexDigit(int to) {
        int digit = graph.state();
        graph.read(digit, '0', '9', to);
        graph.read(digit, 'a', 'f', to);
        return digit;
    }
}
