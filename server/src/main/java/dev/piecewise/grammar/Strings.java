package dev.piecewise.grammar;

import dev.piecewise.grammar.RegexNode.Chars;
import dev.piecewise.grammar.RegexNode.Repeat;
import dev.piecewise.grammar.Shape.Text;
import dk.brics.automaton.Automaton;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The strings of a shape as an automaton of their characters. */
final class Strings {
    /** A longer limit is taken for this one: it is out of reach, and would cost a state for every character. */
    private static final int LONGEST = 2000;

    private final CharAutomata letters;
    private final Automaton automaton;

    Strings(Budget budget, Text text) {
        this(budget, text, List.of());
    }

    /** {@code with} are expressions that other strings are compared by. */
    Strings(Budget budget, Text text, Collection<RegexNode> with) {
        List<RegexNode> all = new ArrayList<>(text.patterns());
        all.addAll(with);
        letters = new CharAutomata(budget, all);
        automaton = automaton(text);
    }

    CharAutomata letters() {
        return letters;
    }

    Automaton automaton() {
        return automaton;
    }

    boolean accept(String text) {
        return letters.accepts(automaton, text);
    }

    /** The automaton of another shape whose patterns were given to the constructor, in the same letters. */
    Automaton automaton(Text text) {
        List<RegexNode> parts = new ArrayList<>(text.patterns());
        if (parts.isEmpty() || text.least() > 0 || text.most() >= 0) {
            int most = text.most() < 0 ? Repeat.UNLIMITED : Math.min(text.most(), Math.max(text.least(), LONGEST));
            parts.add(new Repeat(new Chars(CodePoints.ALL), text.least(), most));
        }
        Automaton all = letters.of(parts.getFirst());
        for (RegexNode part : parts.subList(1, parts.size())) {
            all = letters.and(all, letters.of(part));
        }
        return all;
    }
}
