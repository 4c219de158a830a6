package dev.piecewise.evaluation;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** ROUGE as rouge_score computes it: words are runs of a-z and 0-9 in lower case, without stemming unless a stemmer is given. */
public final class Rouge {
    private final Stemmer stemmer;

    public Rouge(Stemmer stemmer) {
        this.stemmer = stemmer;
    }

    /** What becomes of a word before it is compared. */
    @FunctionalInterface
    public interface Stemmer {
        Stemmer NONE = word -> word;

        String stem(String word);
    }

    /** How much of the answer is in the reference, how much of the reference in the answer, and their harmonic mean. */
    public record Score(double precision, double recall, double f) {
        private static Score of(int common, int reference, int answer) {
            if (common == 0) {
                return new Score(0, 0, 0);
            }
            double precision = (double) common / answer;
            double recall = (double) common / reference;
            return new Score(precision, recall, 2 * precision * recall / (precision + recall));
        }
    }

    /** Words in common, each as often as it is in both. */
    public Score rouge1(String reference, String answer) {
        List<String> expected = words(reference);
        List<String> found = words(answer);
        Map<String, Integer> left = new HashMap<>();
        expected.forEach(word -> left.merge(word, 1, Integer::sum));
        int common = 0;
        for (String word : found) {
            if (left.getOrDefault(word, 0) > 0) {
                left.merge(word, -1, Integer::sum);
                common++;
            }
        }
        return Score.of(common, expected.size(), found.size());
    }

    /** Words in the longest common subsequence. */
    public Score rougeL(String reference, String answer) {
        List<String> expected = words(reference);
        List<String> found = words(answer);
        int[] row = new int[found.size() + 1];
        for (String word : expected) {
            int diagonal = 0;
            for (int j = 1; j < row.length; j++) {
                int above = row[j];
                row[j] = word.equals(found.get(j - 1)) ? diagonal + 1 : Math.max(above, row[j - 1]);
                diagonal = above;
            }
        }
        return Score.of(row[found.size()], expected.size(), found.size());
    }

    private List<String> words(String text) {
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^a-z0-9]+"))
                .filter(word -> !word.isEmpty())
                .map(word -> word.length() > 3 ? stemmer.stem(word) : word)
                .toList();
    }
}
