package dev.piecewise.gateway.tools;

import java.util.ArrayList;
import java.util.List;

/** Tells what an answer begins with between {@code <think>} and {@code </think>} from the rest of it. Nothing is cut off: white space stays where it was written. */
final class ThoughtParser implements CallParser {
    static final String OPEN = "<think>";
    static final String CLOSE = "</think>";

    private final CallParser rest;
    /** What is not decided yet: what may be a mark or its beginning. */
    private final StringBuilder held = new StringBuilder();

    private Place place;

    private enum Place {
        BEFORE,
        WITHIN,
        BEHIND
    }

    /** {@code begun}: whether the prompt ended with the mark that opens the thought; {@code rest} reads what comes behind it. */
    ThoughtParser(CallParser rest, boolean begun) {
        this.rest = rest;
        place = begun ? Place.WITHIN : Place.BEFORE;
    }

    @Override
    public List<Said> add(String piece) {
        held.append(piece);
        List<Said> said = new ArrayList<>();
        if (place == Place.BEFORE) {
            open();
        }
        if (place == Place.WITHIN) {
            think(said);
        }
        if (place == Place.BEHIND) {
            said.addAll(rest.add(taken(held.length())));
        }
        return said;
    }

    @Override
    public List<Said> finish() {
        List<Said> said = new ArrayList<>();
        String left = taken(held.length());
        if (place == Place.WITHIN) {
            thought(left, said);
        } else {
            said.addAll(rest.add(left));
        }
        said.addAll(rest.finish());
        return said;
    }

    /** Looks whether the answer begins with a thought. */
    private void open() {
        String text = held.toString().stripLeading();
        if (text.startsWith(OPEN)) {
            taken(held.length() - text.length() + OPEN.length());
            place = Place.WITHIN;
        } else if (!OPEN.startsWith(text)) {
            place = Place.BEHIND;
        }
    }

    private void think(List<Said> said) {
        int close = held.indexOf(CLOSE);
        thought(taken(close < 0 ? held.length() - undecided() : close), said);
        if (close >= 0) {
            taken(CLOSE.length());
            place = Place.BEHIND;
        }
    }

    private static void thought(String text, List<Said> said) {
        if (!text.isEmpty()) {
            said.add(new Said.Thought(text));
        }
    }

    private String taken(int length) {
        String text = held.substring(0, length);
        held.delete(0, length);
        return text;
    }

    /** How much of the end may be the beginning of the mark that closes the thought. */
    private int undecided() {
        int length = Math.min(CLOSE.length() - 1, held.length());
        while (!CLOSE.startsWith(held.substring(held.length() - length))) {
            length--;
        }
        return length;
    }
}
