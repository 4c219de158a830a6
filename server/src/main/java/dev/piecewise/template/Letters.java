package dev.piecewise.template;

import java.util.Locale;

/** Changes of case and stripping, as Python's strings do them. */
final class Letters {
    private Letters() {}

    static String capitalized(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        return titleCase(text.substring(0, first)) + lower(text, first);
    }

    /** Each run of letters begins with a capital. */
    static String titled(String text) {
        StringBuilder titled = new StringBuilder(text.length());
        boolean inWord = false;
        for (int at = 0; at < text.length(); ) {
            int c = text.codePointAt(at);
            int next = at + Character.charCount(c);
            String letter = text.substring(at, next);
            titled.append(inWord ? letter.toLowerCase(Locale.ROOT) : titleCase(letter));
            inWord = isCased(c);
            at = next;
        }
        return titled.toString();
    }

    static String swapped(String text) {
        StringBuilder swapped = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            String letter = Character.toString(c);
            swapped.append(
                    Character.isUpperCase(c) ? letter.toLowerCase(Locale.ROOT) : letter.toUpperCase(Locale.ROOT));
        });
        return swapped.toString();
    }

    static boolean isCased(int c) {
        return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }

    /** One letter; a digraph gets its own form, others that become several get a capital and small letters. */
    private static String titleCase(String letter) {
        int c = letter.codePointAt(0);
        int title = Character.toTitleCase(c);
        if (title != c) {
            return Character.toString(title);
        }
        String upper = letter.toUpperCase(Locale.ROOT);
        return upper.codePointCount(0, upper.length()) > 1
                ? upper.charAt(0) + upper.substring(1).toLowerCase(Locale.ROOT)
                : upper;
    }

    private static String lower(String text, int from) {
        return text.toLowerCase(Locale.ROOT)
                .substring(text.substring(0, from).toLowerCase(Locale.ROOT).length());
    }

    static String strip(String text, boolean left, boolean right) {
        int from = left ? Chars.skipBlanks(text, 0) : 0;
        String rest = text.substring(from);
        return right ? Chars.stripTrailing(rest) : rest;
    }

    /** Without leading and trailing characters that occur in {@code chars}. */
    static String strip(String text, String chars, boolean left, boolean right) {
        int from = 0;
        int to = text.length();
        while (left && from < to && chars.indexOf(text.codePointAt(from)) >= 0) {
            from += Character.charCount(text.codePointAt(from));
        }
        while (right && to > from && chars.indexOf(text.codePointBefore(to)) >= 0) {
            to -= Character.charCount(text.codePointBefore(to));
        }
        return text.substring(from, to);
    }
}
