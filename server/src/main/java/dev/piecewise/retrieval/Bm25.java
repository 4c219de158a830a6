package dev.piecewise.retrieval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * BM25Okapi as rank_bm25 0.2.2 computes it, whose numbers the published results rest on: words are what single spaces separate, empty ones included, case counts, and a
 * word in more than half of the documents weighs a quarter of the mean weight. Immutable.
 */
public final class Bm25 implements Ranking {
    private static final double K1 = 1.5;
    private static final double B = 0.75;
    private static final double EPSILON = 0.25;

    private final List<Map<String, Integer>> frequencies = new ArrayList<>();
    private final double[] damping;
    private final Map<String, Double> weights;

    /** {@code documents} oldest first. */
    public Bm25(List<String> documents) {
        int[] lengths = new int[documents.size()];
        for (int i = 0; i < lengths.length; i++) {
            String[] words = words(documents.get(i));
            lengths[i] = words.length;
            Map<String, Integer> counts = new HashMap<>();
            for (String word : words) {
                counts.merge(word, 1, Integer::sum);
            }
            frequencies.add(counts);
        }
        double mean = IntStream.of(lengths).average().orElse(1);
        damping = IntStream.of(lengths)
                .mapToDouble(length -> K1 * (1 - B + B * length / mean))
                .toArray();
        weights = weights(frequencies);
    }

    /** One score a document; a word that the query has twice counts twice. */
    public double[] scores(String query) {
        double[] scores = new double[damping.length];
        for (String word : words(query)) {
            double weight = weights.getOrDefault(word, 0.0);
            if (weight != 0) {
                for (int i = 0; i < scores.length; i++) {
                    double frequency = frequencies.get(i).getOrDefault(word, 0);
                    scores[i] += weight * frequency * (K1 + 1) / (frequency + damping[i]);
                }
            }
        }
        return scores;
    }

    /** Of documents with equal scores the newest first. */
    @Override
    public List<Integer> best(String query, int most) {
        double[] scores = scores(query);
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(i -> scores[i])
                        .thenComparingInt(i -> i)
                        .reversed())
                .limit(most)
                .toList();
    }

    private static Map<String, Double> weights(List<Map<String, Integer>> documents) {
        Map<String, Integer> holders = new HashMap<>();
        documents.forEach(document -> document.keySet().forEach(word -> holders.merge(word, 1, Integer::sum)));
        Map<String, Double> weights = new HashMap<>();
        holders.forEach(
                (word, count) -> weights.put(word, Math.log(documents.size() - count + 0.5) - Math.log(count + 0.5)));
        double mean = weights.values().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(0);
        weights.replaceAll((_, weight) -> weight < 0 ? EPSILON * mean : weight);
        return weights;
    }

    private static String[] words(String text) {
        return text.split(" ", -1);
    }
}
