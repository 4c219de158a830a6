package dev.piecewise.cli;

import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.DType;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.model.TrainableBase;
import dev.piecewise.text.Tokenizer;
import dev.piecewise.training.ExampleReader;
import java.nio.file.Path;

/** A base model that gradients go through, on the device that the configuration asks for, with its tokenizer. */
record TrainableModel(TrainableBase base, Tokenizer tokenizer) implements AutoCloseable {
    static TrainableModel load(PiecewiseConfig config) {
        Path directory = config.model().directory();
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            ModelConfig shape = ModelConfigReader.read(directory);
            checkpoint.verify(shape);
            Tokenizer tokenizer = Tokenizer.load(directory);
            boolean float32 = checkpoint.dtype() == DType.F32;
            return new TrainableModel(
                    TrainableBase.load(checkpoint, shape, LoadedModel.device(config, float32)), tokenizer);
        }
    }

    /** How history items become examples of at most so many tokens. */
    ExampleReader reader(int maxTokens) {
        return new ExampleReader(tokenizer, Math.min(base.config().maxPositions(), maxTokens));
    }

    @Override
    public void close() {
        base.close();
    }
}
