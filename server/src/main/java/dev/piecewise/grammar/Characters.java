package dev.piecewise.grammar;

import dk.brics.automaton.Automaton;
import dk.brics.automaton.State;
import dk.brics.automaton.Transition;
import java.util.IdentityHashMap;

/** How the characters of an automaton are written: as they are, or as JSON strings have them. */
enum Characters {
    /** Characters that are bytes. */
    BYTES {
        @Override
        void add(Graph graph, int from, int first, int last, int to) {
            graph.read(from, first, last, to);
        }
    },
    RAW {
        @Override
        void add(Graph graph, int from, int first, int last, int to) {
            Utf8.add(graph, from, first, last, to);
        }
    },
    /** Every character in one way only, so that what is not to be written cannot be written in another way. Rare control characters are not written at all. */
    JSON {
        @Override
        void add(Graph graph, int from, int first, int last, int to) {
            int next = Math.max(first, ' ');
            for (int special : new int[] {'"', '\\'}) {
                if (special >= next && special <= last) {
                    addPlain(graph, from, next, special - 1, to);
                    next = special + 1;
                }
            }
            addPlain(graph, from, next, last, to);
            for (int i = 0; i < ESCAPED.length(); i++) {
                if (ESCAPED.charAt(i) >= first && ESCAPED.charAt(i) <= last) {
                    int letter = ESCAPES.charAt(i);
                    graph.read(from, '\\', '\\', graph.tail(letter, letter, to));
                }
            }
        }
    };

    private static final String ESCAPED = "\"\\\b\t\n\f\r";
    private static final String ESCAPES = "\"\\btnfr";

    /** Edges from a state to another that read any character from the first to the last. */
    abstract void add(Graph graph, int from, int first, int last, int to);

    /** The automaton as a part of the graph; the state behind it. */
    int part(Graph graph, int from, Letters letters, Automaton automaton) {
        IdentityHashMap<State, Integer> states = new IdentityHashMap<>();
        int end = graph.state();
        for (State state : automaton.getStates()) {
            states.put(state, graph.state());
        }
        states.forEach((state, number) -> {
            for (Transition edge : state.getTransitions()) {
                Integer to = states.get(edge.getDest());
                if (to != null) {
                    add(graph, number, letters.first(edge.getMin()), letters.last(edge.getMax()), to);
                }
            }
            if (state.isAccept()) {
                graph.skip(number, end);
            }
        });
        Integer start = states.get(automaton.getInitialState());
        if (start != null) {
            graph.skip(from, start);
        }
        return end;
    }

    private static void addPlain(Graph graph, int from, int first, int last, int to) {
        if (first <= last) {
            Utf8.add(graph, from, first, last, to);
        }
    }
}
