package dev.piecewise.template;

/** The part of a string that a method was told to look at. Places are those of Java's string. */
record Span(String text, int from, int to, boolean valid) {
    /** Reads the arguments {@code start} and {@code end} at these places. */
    static Span of(String text, Arguments.Bound bound, int start, int end) {
        if (!bound.given(start) && !bound.given(end)) {
            return new Span(text, 0, text.length(), true);
        }
        int length = Chars.length(text);
        long from = bound.given(start) ? bound.integer(start, 0) : 0;
        long to = bound.given(end) ? bound.integer(end, length) : length;
        boolean valid = (from < 0 ? from + length : from) <= length;
        return new Span(text, Chars.offset(text, place(from, length)), Chars.offset(text, place(to, length)), valid);
    }

    /** An index that may count from the end, cut to what there is. */
    static int place(long index, int length) {
        return Math.clamp(index < 0 ? index + length : index, 0, length);
    }

    /** Where the wanted text is, as Java's place; -1 for nowhere. */
    int find(String wanted, boolean last) {
        if (!valid || to - from < wanted.length()) {
            return -1;
        }
        int found = last ? text.lastIndexOf(wanted, to - wanted.length()) : text.indexOf(wanted, from);
        return found >= from && found + wanted.length() <= to ? found : -1;
    }

    boolean startsWith(String prefix) {
        return valid && to - from >= prefix.length() && text.startsWith(prefix, from);
    }

    boolean endsWith(String suffix) {
        return valid && to - from >= suffix.length() && text.startsWith(suffix, to - suffix.length());
    }

    long count(String wanted) {
        if (!valid || from > to) {
            return 0;
        }
        if (wanted.isEmpty()) {
            return text.codePointCount(from, to) + 1L;
        }
        long count = 0;
        for (int at = text.indexOf(wanted, from);
                at >= 0 && at + wanted.length() <= to;
                at = text.indexOf(wanted, at + wanted.length())) {
            count++;
        }
        return count;
    }
}
