package dev.piecewise.gateway.tools;

/** Finds where a JSON object or array ends, character by character. */
final class JsonSpan {
    private int depth;
    private boolean text;
    private boolean escaped;
    private boolean complete;

    /** Takes the next character, the opening bracket first; whether the value is complete with it. */
    boolean add(char c) {
        if (escaped) {
            escaped = false;
        } else if (text) {
            escaped = c == '\\';
            text = c != '"';
        } else {
            switch (c) {
                case '"' -> text = true;
                case '{', '[' -> depth++;
                case '}', ']' -> complete = --depth == 0;
                default -> {}
            }
        }
        return complete;
    }

    /** Where the value that begins here ends, exclusively; -1 while it goes on. */
    static int end(CharSequence characters, int from) {
        JsonSpan span = new JsonSpan();
        for (int i = from; i < characters.length(); i++) {
            if (span.add(characters.charAt(i))) {
                return i + 1;
            }
        }
        return -1;
    }
}
