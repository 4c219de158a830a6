package dev.piecewise.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The word that somebody who mistyped probably meant. */
final class Suggestion {
    private Suggestion() {}

    /** The candidate that ends with the word, else the one with the fewest edits if it is near enough to be meant. */
    static Optional<String> nearest(String word, Collection<String> candidates) {
        return candidates.stream()
                .filter(candidate -> candidate.endsWith("." + word))
                .findFirst()
                .or(() -> fewestEdits(word, candidates));
    }

    private static Optional<String> fewestEdits(String word, Collection<String> candidates) {
        return candidates.stream()
                .min(Comparator.comparingInt(candidate -> edits(word, candidate)))
                .filter(candidate -> edits(word, candidate) <= Math.max(2, word.length() / 3));
    }

    /** Levenshtein's distance. */
    private static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
