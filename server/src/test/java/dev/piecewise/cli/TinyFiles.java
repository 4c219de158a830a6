package dev.piecewise.cli;

import dev.piecewise.adapter.PoolWriter;
import dev.piecewise.checkpoint.BaseFingerprint;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.fixture.TinyCheckpoint;
import dev.piecewise.fixture.TinyPool;
import java.nio.file.Path;

/** What a server is started with: a model that speaks, and pools of five sharers for it. */
final class TinyFiles {
    /** Longest sequence of the model. */
    static final int LENGTH = 8192;

    private static final int RANK = 4;
    private static final int SHARERS = 5;

    private TinyFiles() {}

    static Path model(Path directory) {
        return TinyCheckpoint.llama()
                .with("max_position_embeddings", LENGTH)
                .speaking()
                .write(directory.resolve("tiny"));
    }

    /** Other seeds are other sharers. */
    static Path pool(Path model, long seed, Path pool) {
        ModelConfig config = ModelConfigReader.read(model);
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            String base = BaseFingerprint.of(checkpoint, config);
            PoolWriter.write(TinyPool.of(config, base, SHARERS, RANK, seed, Projection.values()), pool);
        }
        return pool;
    }
}
