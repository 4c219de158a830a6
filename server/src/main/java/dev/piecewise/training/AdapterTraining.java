package dev.piecewise.training;

import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.error.ServingException;
import dev.piecewise.model.DeviceChoice;
import dev.piecewise.model.TrainableBase;
import dev.piecewise.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Training of one adapter on one history, in a working directory that a killed training goes on from. */
public final class AdapterTraining {
    private static final String ONE = "the adapter";
    private static final String LOG = "training.csv";

    private final Path work;
    private final Checkpoint checkpoint;
    private final ModelConfig config;
    private final ExampleReader reader;
    private final TrainingLog log;

    public AdapterTraining(Path work, Checkpoint checkpoint, ModelConfig config, ExampleReader reader) {
        this.work = work;
        this.checkpoint = checkpoint;
        this.config = config;
        this.reader = reader;
        this.log = new TrainingLog(work.resolve(LOG));
    }

    /** Of a base's own tokenizer, for examples as long as it was made for. */
    public static AdapterTraining of(Path work, Checkpoint checkpoint, ModelConfig config) {
        Tokenizer tokenizer = Tokenizer.load(checkpoint.directory());
        return new AdapterTraining(work, checkpoint, config, new ExampleReader(tokenizer, config.maxPositions()));
    }

    /** All of the base's weights, by the names of its checkpoint, after training on everything that the items give to learn. */
    public Map<String, float[]> weights(
            List<HistoryItem> items, DeviceChoice device, TrainingSettings settings, TrainingListener progress) {
        List<TrainingExample> examples = examples(items);
        try (TrainableBase base = TrainableBase.loadWhole(checkpoint, config, device)) {
            return new Trainer(base, settings, log.and(progress), new Checkpoints(work)).weights(examples);
        }
    }

    /** A LoRA, trained on everything that the items give to learn. */
    public LoraAdapter train(
            List<HistoryItem> items,
            DeviceChoice device,
            TrainingSettings settings,
            LoraShape shape,
            TrainingListener progress) {
        List<TrainingExample> examples = examples(items);
        try (TrainableBase base = TrainableBase.load(checkpoint, config, device)) {
            Learner learner = new Learner(ONE, examples);
            return new Trainer(base, settings, log.and(progress), new Checkpoints(work))
                    .adapters(List.of(learner), shape)
                    .firstEntry()
                    .getValue();
        }
    }

    private List<TrainingExample> examples(List<HistoryItem> items) {
        List<TrainingExample> examples = reader.read(items);
        if (examples.isEmpty()) {
            throw ServingException.invalid(
                    "history",
                    "there is nothing to learn: %d items, none with a token to predict".formatted(items.size()));
        }
        return examples;
    }

    /** Writes the numbers of all steps, and a plot of the loss, into a directory. */
    public void publishLog(Path directory) {
        try {
            log.publish(directory);
        } catch (IOException e) {
            throw BadFileException.of(directory, e);
        }
    }

    /** Deletes what a killed training would go on from. */
    public void clear() {
        try {
            Files.deleteIfExists(work.resolve(LOG));
        } catch (IOException e) {
            throw BadFileException.of(work, e);
        }
        new Checkpoints(work).clear();
    }
}
