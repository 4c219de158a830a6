package dev.piecewise.grammar;

import dev.piecewise.grammar.RegexNode.Anchor;
import dev.piecewise.grammar.RegexNode.Chars;
import dev.piecewise.grammar.RegexNode.Either;
import dev.piecewise.grammar.RegexNode.Repeat;
import dev.piecewise.grammar.RegexNode.Sequence;
import dk.brics.automaton.Automaton;
import dk.brics.automaton.BasicAutomata;
import dk.brics.automaton.BasicOperations;
import dk.brics.automaton.State;
import dk.brics.automaton.Transition;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Automata of texts whose letters are intervals of characters: letter i stands for all characters from {@code bounds[i]} up to the next bound, between which the
 * expressions at hand make no difference. Nothing is determinized, so the size stays that of the expressions.
 */
final class CharAutomata implements Letters {
    private final Budget budget;
    private final int[] bounds;

    /** For these expressions and parts of them. */
    CharAutomata(Budget budget, Collection<RegexNode> expressions) {
        this.budget = budget;
        TreeSet<Integer> all = new TreeSet<>();
        collect(RegexNode.ANYTHING, all);
        expressions.forEach(node -> collect(node, all));
        bounds = all.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public int first(char letter) {
        return bounds[letter];
    }

    @Override
    public int last(char letter) {
        return bounds[letter + 1] - 1;
    }

    /** The texts that match as a whole; expressions have no anchors any more. */
    Automaton of(RegexNode node) {
        budget.take(size(node));
        return build(node);
    }

    Automaton and(Automaton a, Automaton b) {
        budget.take((long) a.getNumberOfStates() * b.getNumberOfStates() / 2);
        return BasicOperations.intersection(a, b);
    }

    /** All texts of these characters but these and the empty one: a tree of the texts, and beside it whatever else may come. */
    Automaton except(CodePoints set, Collection<String> texts) {
        budget.take(texts.stream().mapToLong(String::length).sum());
        return new Others(letterRanges(set))
                .of(texts.stream().map(this::letters).toList());
    }

    private String letters(String text) {
        StringBuilder letters = new StringBuilder();
        for (int c : text.codePoints().toArray()) {
            int at = Arrays.binarySearch(bounds, c);
            letters.append((char) (at >= 0 ? at : -at - 2));
        }
        return letters.toString();
    }

    /** First and last letters, both included. */
    private List<char[]> letterRanges(CodePoints set) {
        return set.ranges().stream()
                .map(range -> new char[] {
                    (char) Arrays.binarySearch(bounds, range.first()),
                    (char) (Arrays.binarySearch(bounds, range.last() + 1) - 1)
                })
                .toList();
    }

    boolean accepts(Automaton a, String text) {
        return BasicOperations.run(a, letters(text));
    }

    private Automaton build(RegexNode node) {
        return switch (node) {
            case Chars(CodePoints set) -> letters(set);
            case Sequence(List<RegexNode> parts) ->
                BasicOperations.concatenate(parts.stream().map(this::build).toList());
            case Either(List<RegexNode> branches) ->
                BasicOperations.union(branches.stream().map(this::build).toList());
            case Repeat(RegexNode inside, int least, int most) ->
                most == Repeat.UNLIMITED
                        ? BasicOperations.repeat(build(inside), least)
                        : BasicOperations.repeat(build(inside), least, most);
            case Anchor anchor -> BasicAutomata.makeEmptyString();
        };
    }

    private Automaton letters(CodePoints set) {
        State start = new State();
        State end = new State();
        end.setAccept(true);
        for (char[] range : letterRanges(set)) {
            start.addTransition(new Transition(range[0], range[1], end));
        }
        Automaton automaton = new Automaton();
        automaton.setInitialState(start);
        automaton.setDeterministic(true);
        return automaton;
    }

    private static void collect(RegexNode node, Set<Integer> bounds) {
        switch (node) {
            case Chars(CodePoints set) ->
                set.ranges().forEach(range -> {
                    bounds.add(range.first());
                    bounds.add(range.last() + 1);
                });
            case Sequence(List<RegexNode> parts) -> parts.forEach(part -> collect(part, bounds));
            case Either(List<RegexNode> branches) -> branches.forEach(branch -> collect(branch, bounds));
            case Repeat(RegexNode inside, int least, int most) -> collect(inside, bounds);
            case Anchor anchor -> {}
        }
    }

    private static long size(RegexNode node) {
        return switch (node) {
            case Chars(CodePoints set) -> set.size();
            case Sequence(List<RegexNode> parts) ->
                parts.stream().mapToLong(CharAutomata::size).reduce(1, CharAutomata::sum);
            case Either(List<RegexNode> branches) ->
                branches.stream().mapToLong(CharAutomata::size).reduce(1, CharAutomata::sum);
            case Repeat(RegexNode inside, int least, int most) ->
                Math.min(Integer.MAX_VALUE, size(inside) * Math.max(1, Math.max(least, most)));
            case Anchor anchor -> 0;
        };
    }

    private static long sum(long a, long b) {
        return Math.min(Integer.MAX_VALUE, a + b);
    }
}
