package dev.piecewise.evaluation;

import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.error.ServingException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Function;

/** The sharer whose embedding has the largest cosine with the user's: PEFT retrieval takes that sharer's whole adapter. */
public final class NearestByEmbedding implements Approaches.NearestSharer {
    private final SortedMap<String, float[]> sharers;
    private final Function<List<HistoryItem>, Optional<float[]>> embedding;

    /** {@code embedding} is empty where a history has nothing to go by. */
    public NearestByEmbedding(
            SortedMap<String, float[]> sharers, Function<List<HistoryItem>, Optional<float[]>> embedding) {
        this.sharers = sharers;
        this.embedding = embedding;
    }

    @Override
    public String to(Subject subject) {
        float[] own = embedding
                .apply(subject.history())
                .orElseThrow(() -> ServingException.invalid(
                        "--data", "the history of user \"%s\" has nothing to go by".formatted(subject.user())));
        String nearest = sharers.firstKey();
        double largest = Double.NEGATIVE_INFINITY;
        for (var sharer : sharers.entrySet()) {
            double cosine = cosine(own, sharer.getValue());
            if (cosine > largest) {
                largest = cosine;
                nearest = sharer.getKey();
            }
        }
        return nearest;
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            squaresA += (double) a[i] * a[i];
            squaresB += (double) b[i] * b[i];
        }
        return product / Math.sqrt(squaresA * squaresB);
    }
}
