package dev.piecewise.training;

import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.model.TrainableBase;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Trains on a base model's device. With a directory for checkpoints, the same call after a kill goes on where the last checkpoint was and ends with the same numbers;
 * the directory holds nothing once the call returned. Confined to one thread.
 */
public final class Trainer {
    private final TrainableBase base;
    private final TrainingSettings settings;
    private final TrainingListener listener;
    private final @Nullable Path checkpoints;

    public Trainer(
            TrainableBase base, TrainingSettings settings, TrainingListener listener, @Nullable Path checkpoints) {
        this.base = base;
        this.settings = settings;
        this.listener = listener;
        this.checkpoints = checkpoints;
    }

    /** Each user's own LoRA, by user in the order given; the scale is in B, as in every {@link LoraAdapter}. */
    public SequencedMap<String, LoraAdapter> adapters(List<Learner> learners, LoraShape shape) {
        return notYet();
    }

    /**
     * Each user's gates for the sites of his adapter, which stays as it is: {@code y = W x + sigmoid(x . g) B A x}, from g = 0.
     *
     * @param adapters of every learner; all with the same sites and rank
     */
    public SequencedMap<String, SortedMap<Site, float[]>> gates(
            List<Learner> learners, Map<String, LoraAdapter> adapters) {
        return notYet();
    }

    /** All of the base's weights, by the names and in the shapes of its checkpoint; the base itself has changed to them. */
    public SequencedMap<String, float[]> weights(List<TrainingExample> examples) {
        return notYet();
    }

    @SuppressWarnings("TypeParameterUnusedInFormals") // gone with the first implementation
    private <T> T notYet() {
        throw new UnsupportedOperationException(
                "%s %s %s %s".formatted(base.config(), settings, listener, checkpoints));
    }
}
