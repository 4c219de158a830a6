package dev.piecewise.text;

import dev.piecewise.error.ServingException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A filter that ends a text at the first stop string, however the text is cut into pieces. The stop string that is complete first wins, the longest one where
 * several end together. Nothing that may be the beginning of one goes out before it is known not to be. Confined to one thread.
 */
public final class StopStrings {
    private final Pattern[] patterns;
    private final boolean include;
    private final StringBuilder held = new StringBuilder();

    /** With {@code include} the text contains the stop string that ended it. INVALID_REQUEST for an empty string or one that is no valid Unicode. */
    public StopStrings(List<String> stops, boolean include) {
        patterns = stops.stream().map(StopStrings::pattern).toArray(Pattern[]::new);
        this.include = include;
    }

    /** What may go out now; {@code stop} is the stop string that ended the text, null while it goes on. */
    public record Passed(String text, @Nullable String stop) {}

    /** Takes the next piece of the text. After a stop nothing may be added. */
    public Passed add(String piece) {
        return add(piece, true);
    }

    /** As {@link #add(String)}; unless {@code armed}, a stop string that is completed here does not stop. */
    public Passed add(String piece, boolean armed) {
        for (int i = 0; i < piece.length(); i++) {
            char c = piece.charAt(i);
            held.append(c);
            Pattern hit = hit(c);
            if (hit != null && armed) {
                return stopped(hit);
            }
        }
        return new Passed(release(longestBeginning()), null);
    }

    /** What was held back, when the text has ended by itself. */
    public String flush() {
        return release(0);
    }

    /** The longest stop string that ends with this character. */
    private @Nullable Pattern hit(char c) {
        Pattern longest = null;
        for (Pattern pattern : patterns) {
            if (pattern.advance(c) && (longest == null || pattern.text.length() > longest.text.length())) {
                longest = pattern;
            }
        }
        return longest;
    }

    private Passed stopped(Pattern hit) {
        int length = hit.text.length();
        String text = include ? held.toString() : held.substring(0, held.length() - length);
        held.setLength(0);
        return new Passed(text, hit.text);
    }

    private int longestBeginning() {
        int longest = 0;
        for (Pattern pattern : patterns) {
            longest = Math.max(longest, pattern.matched);
        }
        return longest;
    }

    /** All but the last {@code keep} characters. */
    private String release(int keep) {
        String text = held.substring(0, held.length() - keep);
        held.delete(0, text.length());
        return text;
    }

    private static Pattern pattern(String stop) {
        if (stop.isEmpty()) {
            throw ServingException.invalid("stop", "a stop string is empty");
        }
        if (!Unicode.isValid(stop)) {
            throw ServingException.invalid("stop", "a stop string is not valid Unicode");
        }
        return new Pattern(stop);
    }

    /** One stop string with Knuth, Morris and Pratt's automaton: how much of its beginning the text ends with. */
    private static final class Pattern {
        final String text;
        /** For each matched length, the next shorter beginning that the text ends with, too. */
        private final int[] shorter;

        int matched;

        Pattern(String text) {
            this.text = text;
            shorter = new int[text.length() + 1];
            for (int i = 2, k = 0; i <= text.length(); i++) {
                while (k > 0 && text.charAt(k) != text.charAt(i - 1)) {
                    k = shorter[k];
                }
                if (text.charAt(k) == text.charAt(i - 1)) {
                    k++;
                }
                shorter[i] = k;
            }
        }

        /** Whether the stop string is complete with this character. */
        boolean advance(char c) {
            while (matched > 0 && text.charAt(matched) != c) {
                matched = shorter[matched];
            }
            if (text.charAt(matched) == c) {
                matched++;
            }
            boolean complete = matched == text.length();
            if (complete) {
                matched = shorter[matched];
            }
            return complete;
        }
    }
}
