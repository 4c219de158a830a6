package dev.piecewise.adapter;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** A regular expression over module names that comes from an adapter's file, so nobody vouches for it: its length and the steps of one match are bounded. */
final class ModulePattern {
    private static final int MAX_LENGTH = 2000;
    private static final int MAX_STEPS = 200_000;

    private final Pattern pattern;

    private ModulePattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /** Throws {@link IllegalArgumentException} when it is none that can be used. */
    static ModulePattern compile(String regex) {
        if (regex.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("is a pattern of more than %d characters".formatted(MAX_LENGTH));
        }
        try {
            return new ModulePattern(Pattern.compile(regex));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("is no regular expression: " + e.getDescription(), e);
        }
    }

    /** Whether all of the name matches; throws {@link IllegalArgumentException} when finding out takes too long. */
    boolean matches(String name) {
        return pattern.matcher(new CountedText(name)).matches();
    }

    /** A text that can be looked at only so often. */
    private static final class CountedText implements CharSequence {
        private final String text;
        private int steps;

        CountedText(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (++steps > MAX_STEPS) {
                throw new IllegalArgumentException("is a pattern that takes too long to match");
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
