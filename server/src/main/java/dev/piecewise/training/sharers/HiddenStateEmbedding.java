package dev.piecewise.training.sharers;

import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.ExampleEncoder;
import dev.piecewise.adapter.HistoryFile.UserHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The mean over a user's items of the mean over their tokens of a model's last hidden states (Per-Pcs A.3, with the base itself in place of another encoder). */
public final class HiddenStateEmbedding implements UserEmbedding {
    private static final int TOKENS_AT_ONCE = 8192;

    private final ExampleEncoder encoder;
    private final Function<List<Example>, float[][]> meanHidden;

    /** {@code meanHidden} gives one vector for each of several texts. */
    public HiddenStateEmbedding(ExampleEncoder encoder, Function<List<Example>, float[][]> meanHidden) {
        this.encoder = encoder;
        this.meanHidden = meanHidden;
    }

    @Override
    public Optional<float[]> of(UserHistory user) {
        List<Example> texts = user.items().stream()
                .flatMap(item -> encoder.encode(item).stream())
                .toList();
        List<Example> together = new ArrayList<>();
        double[] sum = new double[0];
        int tokens = 0;
        for (int i = 0; i < texts.size(); i++) {
            together.add(texts.get(i));
            tokens += texts.get(i).tokens().length;
            if (tokens >= TOKENS_AT_ONCE || i == texts.size() - 1) {
                sum = plus(sum, meanHidden.apply(together));
                together.clear();
                tokens = 0;
            }
        }
        return texts.isEmpty() ? Optional.empty() : Optional.of(divided(sum, texts.size()));
    }

    private static double[] plus(double[] sum, float[][] rows) {
        double[] total = sum.length == 0 ? new double[rows[0].length] : sum;
        for (float[] row : rows) {
            for (int i = 0; i < total.length; i++) {
                total[i] += row[i];
            }
        }
        return total;
    }

    private static float[] divided(double[] sum, int count) {
        float[] mean = new float[sum.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sum[i] / count);
        }
        return mean;
    }
}
