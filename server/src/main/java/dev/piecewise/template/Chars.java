package dev.piecewise.template;

/** Strings as Python sees them: made of code points, with Python's idea of whitespace. */
final class Chars {
    private Chars() {}

    static boolean isSpace(int c) {
        return (c >= 0x09 && c <= 0x0d)
                || (c >= 0x1c && c <= 0x20)
                || c == 0x85
                || c == 0xa0
                || (c > 0xff && Character.isSpaceChar(c));
    }

    /** Whether the rest of the text is nothing but whitespace, and not empty. */
    static boolean isBlank(String text, int from) {
        return from < text.length() && skipBlanks(text, from) == text.length();
    }

    static int skipBlanks(String text, int from) {
        int at = from;
        while (at < text.length() && isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    static String stripTrailing(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** The place in Java's string of a code point's index between 0 and the length. */
    static int offset(String text, int index) {
        return length(text) == text.length() ? index : text.offsetByCodePoints(0, index);
    }

    /** The index of the code point at a place of Java's string. */
    static int index(String text, int offset) {
        return text.codePointCount(0, offset);
    }

    /** Orders strings by code points, which Java's own order does not. */
    static int compare(String left, String right) {
        int end = Math.min(left.length(), right.length());
        for (int i = 0; i < end; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                boolean both = Character.isSurrogate(a) == Character.isSurrogate(b);
                return both ? Character.compare(a, b) : Character.isSurrogate(a) ? 1 : -1;
            }
        }
        return Integer.compare(left.length(), right.length());
    }
}
