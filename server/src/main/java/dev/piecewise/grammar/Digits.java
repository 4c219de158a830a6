package dev.piecewise.grammar;

import dk.brics.automaton.Automaton;
import dk.brics.automaton.State;
import dk.brics.automaton.Transition;
import java.math.BigInteger;

/** Whole numbers between two bounds as an automaton of their digits, built without being determinized or minimized: a few states for each digit. */
final class Digits {
    /** By how many digits follow, whichever they are. */
    private final State[] free;

    private Digits(int longest) {
        free = new State[longest];
        for (int rest = 0; rest < longest; rest++) {
            free[rest] = new State();
            if (rest > 0) {
                free[rest].addTransition(new Transition('0', '9', free[rest - 1]));
            }
        }
        free[0].setAccept(true);
    }

    /** From a number that is not negative up to one that is not smaller, both included. */
    static Automaton between(BigInteger low, BigInteger high) {
        String least = low.toString();
        String most = high.toString();
        Digits digits = new Digits(most.length());
        State start = new State();
        if (least.length() == most.length()) {
            digits.between(start, least, most);
        } else {
            digits.atLeast(start, least, 0);
            for (int length = least.length() + 1; length < most.length(); length++) {
                start.addTransition(new Transition('1', '9', digits.free[length - 1]));
            }
            digits.atMost(start, most, 0);
        }
        Automaton automaton = new Automaton();
        automaton.setInitialState(start);
        automaton.setDeterministic(false);
        return automaton;
    }

    /** Of as many digits. */
    private void between(State from, String least, String most) {
        State at = from;
        int i = 0;
        while (i < least.length() && least.charAt(i) == most.charAt(i)) {
            at = next(at, least.charAt(i++));
        }
        if (i == least.length()) {
            at.setAccept(true);
            return;
        }
        skip(at, least.charAt(i) + 1, most.charAt(i) - 1, least.length() - 1 - i);
        atLeast(next(at, least.charAt(i)), least, i + 1);
        atMost(next(at, most.charAt(i)), most, i + 1);
    }

    private void atLeast(State from, String least, int begin) {
        State at = from;
        for (int i = begin; i < least.length(); i++) {
            skip(at, least.charAt(i) + 1, '9', least.length() - 1 - i);
            at = next(at, least.charAt(i));
        }
        at.setAccept(true);
    }

    private void atMost(State from, String most, int begin) {
        State at = from;
        for (int i = begin; i < most.length(); i++) {
            skip(at, i == 0 ? '1' : '0', most.charAt(i) - 1, most.length() - 1 - i);
            at = next(at, most.charAt(i));
        }
        at.setAccept(true);
    }

    private static State next(State from, char digit) {
        State next = new State();
        from.addTransition(new Transition(digit, next));
        return next;
    }

    private void skip(State from, int first, int last, int rest) {
        if (first <= last) {
            from.addTransition(new Transition((char) first, (char) last, free[rest]));
        }
    }
}
