package dev.piecewise.grammar;

import dk.brics.automaton.Automaton;
import dk.brics.automaton.State;
import dk.brics.automaton.Transition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/** Texts of some letters that are none of a few: as large as these, and deterministic as it is built. */
final class Others {
    private final List<char[]> letters;
    private final State anything = new State();

    /** {@code letters}: ranges, first and last letter of each. */
    Others(List<char[]> letters) {
        this.letters = letters;
        anything.setAccept(true);
        letters.forEach(range -> anything.addTransition(new Transition(range[0], range[1], anything)));
    }

    /** What a text that is one of those can go on with. */
    private static final class Node {
        final TreeMap<Character, Node> next = new TreeMap<>();
        final State state = new State();
        boolean whole;
    }

    /** All but these and the empty one. A text with another letter is none of them anyway. */
    Automaton of(Collection<String> texts) {
        Node root = new Node();
        List<Node> nodes = new ArrayList<>(List.of(root));
        for (String text : texts) {
            Node at = root;
            for (int i = 0; i < text.length(); i++) {
                Node next = at.next.get(text.charAt(i));
                if (next == null) {
                    next = new Node();
                    nodes.add(next);
                    at.next.put(text.charAt(i), next);
                }
                at = next;
            }
            at.whole = true;
        }
        nodes.forEach(node -> link(node, node == root));
        Automaton automaton = new Automaton();
        automaton.setInitialState(root.state);
        automaton.setDeterministic(true);
        return automaton;
    }

    private void link(Node node, boolean empty) {
        node.state.setAccept(!empty && !node.whole);
        for (char[] range : letters) {
            int free = range[0];
            for (char letter : node.next.subMap(range[0], true, range[1], true).keySet()) {
                link(node, free, letter - 1);
                free = letter + 1;
            }
            link(node, free, range[1]);
        }
        node.next.forEach((letter, next) -> {
            if (letters.stream().anyMatch(range -> range[0] <= letter && letter <= range[1])) {
                node.state.addTransition(new Transition(letter, next.state));
            }
        });
    }

    private void link(Node node, int first, int last) {
        if (first <= last) {
            node.state.addTransition(new Transition((char) first, (char) last, anything));
        }
    }
}
