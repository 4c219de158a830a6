package dev.piecewise.text;

/** Whether a string is valid Unicode; Java's strings and JSON's escapes may hold surrogates without their other half. */
final class Unicode {
    static final char REPLACEMENT = '\uFFFD';

    private Unicode() {}

    /** The text itself, or a copy in which each lone surrogate is U+FFFD; the native library would turn every other emoji of such a text into rubbish. */
    static String repaired(String text) {
        int lone = loneSurrogate(text, 0);
        if (lone < 0) {
            return text;
        }
        char[] chars = text.toCharArray();
        for (; lone >= 0; lone = loneSurrogate(text, lone + 1)) {
            chars[lone] = REPLACEMENT;
        }
        return new String(chars);
    }

    static boolean isValid(String text) {
        return loneSurrogate(text, 0) < 0;
    }

    private static int loneSurrogate(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1))) {
                    i++;
                } else {
                    return i;
                }
            }
        }
        return -1;
    }
}
