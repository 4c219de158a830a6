package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.fixture.ReferenceLora;
import dev.piecewise.fixture.ReferenceModel;
import dev.piecewise.fixture.TinyAdapter;
import dev.piecewise.fixture.TinyCheckpoint;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Losses and gradients of the training script. */
@Timeout(60)
final class LearnablesTest {
    private static final int LENGTH = 7;

    @TempDir
    Path directory;

    private final Random random = new Random(3);

    @Test
    void theLossIsThatOfTheReferenceModelWithTheAdapter() {
        Path model = TinyCheckpoint.llama().write(directory);
        try (TrainableBase base = load(model)) {
            LoraAdapter adapter = TinyAdapter.of(base.config(), 3, 5, Projection.values());
            try (Learnables lora = Learnables.lora(base, 1, starts(adapter), 1)) {
                adapter.sites().forEach((site, factors) -> lora.set(Learnables.b(site), factors.b()));
                TrainingBatch batch = batch(base.config(), 1, 1);
                double expected = loss(ReferenceModel.read(model), batch, ReferenceLora.of(adapter));

                assertThat((double) lora.accumulate(batch, false)[0]).isCloseTo(expected, within(1e-3));
            }
        }
    }

    @Test
    void gradientsOfAdaptersAreThoseOfFiniteDifferences() {
        for (TinyCheckpoint kind : List.of(TinyCheckpoint.llama(), TinyCheckpoint.qwen3(), TinyCheckpoint.mistral(3))) {
            try (TrainableBase base = load(kind.write(directory))) {
                LoraAdapter adapter = TinyAdapter.of(base.config(), 3, 5, Projection.values());
                try (Learnables lora = Learnables.lora(base, 2, starts(adapter), 1.5)) {
                    spread(lora, 0.1);
                    assertGradients(lora, batch(base.config(), 2, 2));
                }
            }
        }
    }

    @Test
    void gradientsOfGatesAreThoseOfFiniteDifferences() {
        try (TrainableBase base = load(TinyCheckpoint.llama().write(directory))) {
            LoraAdapter ann = TinyAdapter.of(base.config(), 3, 5, Projection.values());
            LoraAdapter ben = TinyAdapter.of(base.config(), 3, 6, Projection.values());
            try (Learnables gates = Learnables.gates(base, List.of(ann, ben))) {
                spread(gates, 0.2);
                assertGradients(gates, batch(base.config(), 2, 2));
            }
        }
    }

    @Test
    void gradientsOfAllWeightsAreThoseOfFiniteDifferences() {
        for (TinyCheckpoint kind : List.of(
                TinyCheckpoint.llama(),
                TinyCheckpoint.llama().with("tie_word_embeddings", true),
                TinyCheckpoint.qwen2())) {
            try (TrainableBase base = load(kind.write(directory));
                    Learnables weights = Learnables.weights(base)) {
                assertGradients(weights, batch(base.config(), 1, 2));
            }
        }
    }

    @Test
    void whatIsComputedAgainGivesTheSameGradients() {
        try (TrainableBase base = load(TinyCheckpoint.llama().write(directory));
                Learnables kept = Learnables.weights(base);
                Learnables again = Learnables.weights(base)) {
            TrainingBatch batch = batch(base.config(), 1, 2);
            kept.accumulate(batch, false);
            again.accumulate(batch, true);

            for (int tensor = 0; tensor < kept.count(); tensor++) {
                assertThat(again.gradient(tensor)).isEqualTo(kept.gradient(tensor));
            }
        }
    }

    @Test
    void anUpdateIsThatOfAdamWithDecoupledDecayAndEachUsersOwnClipping() {
        try (TrainableBase base = load(TinyCheckpoint.llama().write(directory))) {
            Site site = new Site(0, Projection.Q);
            Map<Site, float[]> starts = Map.of(site, new float[base.config().hidden()]);
            try (Learnables lora = Learnables.lora(base, 2, starts, 1)) {
                spread(lora, 0.5);
                int b = Learnables.b(site);
                float[] before = lora.values(b);
                lora.accumulate(batch(base.config(), 2, 2), false);
                float[] gradient = lora.gradient(b);
                float[] norms = lora.update(new AdamStep(0.9, 0.95, 1e-8, 0.1, 1e-3, 1, new float[] {0.01f, 0}));

                float clipped = (float) (gradient[3] * 1e-3 / (norms[0] + 1e-6));
                double step = clipped / (Math.abs(clipped) + 1e-8);
                assertThat((double) lora.values(b)[3])
                        .isCloseTo(before[3] * (1 - 0.01 * 0.1) - 0.01 * step, within(1e-5));
                assertThat((double) lora.moment(0, b)[3]).isCloseTo(0.1 * clipped, within(1e-7));
                assertThat(norms[0]).isGreaterThan(1e-3f);
                int second = before.length / 2;
                assertThat(Arrays.copyOfRange(lora.values(b), second, 2 * second))
                        .isEqualTo(Arrays.copyOfRange(before, second, 2 * second));
            }
        }
    }

    private static TrainableBase load(Path model) {
        ModelConfig config = ModelConfigReader.read(model);
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            return TrainableBase.load(checkpoint, config, DeviceChoice.of("cpu", "float32", true));
        }
    }

    private static Map<Site, float[]> starts(LoraAdapter adapter) {
        Map<Site, float[]> starts = new TreeMap<>();
        adapter.sites().forEach((site, factors) -> starts.put(site, factors.a()));
        return starts;
    }

    private void spread(Learnables learnables, double deviation) {
        for (int tensor = 0; tensor < learnables.count(); tensor++) {
            if (learnables.isLearned(tensor)) {
                float[] values = learnables.values(tensor);
                for (int i = 0; i < values.length; i++) {
                    values[i] += (float) (deviation * random.nextGaussian());
                }
                learnables.set(tensor, values);
            }
        }
    }

    /** The last three tokens of each row are learnt, with shares that make a user's loss a mean. */
    private TrainingBatch batch(ModelConfig config, int users, int rows) {
        int targets = users * rows * 3;
        long[] tokens = random.longs((long) users * rows * LENGTH, 0, config.vocabulary())
                .toArray();
        long[] places = new long[targets];
        long[] wanted = new long[targets];
        long[] owners = new long[targets];
        for (int i = 0; i < targets; i++) {
            int row = i / 3;
            places[i] = row * LENGTH + LENGTH - 4L + i % 3;
            wanted[i] = tokens[(int) places[i] + 1];
            owners[i] = row / rows;
        }
        float[] shares = new float[targets];
        Arrays.fill(shares, 1f / (3 * rows));
        return new TrainingBatch(users, rows, LENGTH, tokens, places, wanted, owners, shares);
    }

    private static double loss(ReferenceModel reference, TrainingBatch batch, ReferenceModel.Updates updates) {
        int[] tokens =
                Arrays.stream(batch.tokens()).mapToInt(token -> (int) token).toArray();
        double[][] logits = reference.logits(ReferenceModel.Sequence.of(tokens), updates);
        double loss = 0;
        for (int i = 0; i < batch.targets().length; i++) {
            double[] shares = ReferenceModel.softmax(logits[(int) batch.places()[i]]);
            loss -= Math.log(shares[(int) batch.targets()[i]]);
        }
        return loss;
    }

    /** In a random direction for each tensor. */
    private void assertGradients(Learnables learnables, TrainingBatch batch) {
        learnables.accumulate(batch, false);
        float[][] gradients = new float[learnables.count()][];
        for (int tensor = 0; tensor < gradients.length; tensor++) {
            gradients[tensor] = learnables.gradient(tensor);
        }
        for (int tensor = 0; tensor < gradients.length; tensor++) {
            if (learnables.isLearned(tensor)) {
                float[] values = learnables.values(tensor);
                float[] direction = new float[values.length];
                double slope = 0;
                double length = 0;
                for (int i = 0; i < values.length; i++) {
                    direction[i] = (float) random.nextGaussian();
                    slope += direction[i] * (double) gradients[tensor][i];
                    length += direction[i] * direction[i];
                }
                double step = 0.02 / Math.sqrt(length);
                double numeric = (lossAt(learnables, batch, tensor, moved(values, direction, step))
                                - lossAt(learnables, batch, tensor, moved(values, direction, -step)))
                        / (2 * step);
                learnables.set(tensor, values);
                assertThat(slope)
                        .as("tensor %d", tensor)
                        .isCloseTo(numeric, within(0.02 * Math.abs(numeric) + 3e-3 * Math.sqrt(length / 100)));
            }
        }
    }

    private static float[] moved(float[] values, float[] direction, double step) {
        float[] moved = values.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += (float) (step * direction[i]);
        }
        return moved;
    }

    private static double lossAt(Learnables learnables, TrainingBatch batch, int tensor, float[] values) {
        learnables.set(tensor, values);
        double loss = 0;
        for (float ofUser : learnables.accumulate(batch, false)) {
            loss += ofUser;
        }
        return loss * batch.shares()[0];
    }
}
