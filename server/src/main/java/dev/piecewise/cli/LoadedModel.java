package dev.piecewise.cli;

import dev.piecewise.adapter.ExampleEncoder;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolReader;
import dev.piecewise.checkpoint.BaseFingerprint;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.DType;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Rope;
import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.model.BaseModel;
import dev.piecewise.model.DeviceChoice;
import dev.piecewise.text.Tokenizer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** A base model as the configuration asks for it, on its device, with its tokenizer. */
record LoadedModel(ModelConfig shape, String fingerprint, BaseModel base, Tokenizer tokenizer)
        implements AutoCloseable {

    static LoadedModel load(PiecewiseConfig config) {
        Path directory = config.model().directory();
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            ModelConfig shape = ModelConfigReader.read(directory);
            checkpoint.verify(shape);
            Tokenizer tokenizer = Tokenizer.load(directory);
            BaseModel base = BaseModel.load(checkpoint, shape, device(config, checkpoint.dtype() == DType.F32));
            return new LoadedModel(shape, BaseFingerprint.of(checkpoint, shape), base, tokenizer);
        }
    }

    /** Starts PyTorch itself, as loading a model otherwise does. */
    static void startPyTorch(PiecewiseConfig config) {
        setThreads(config);
        BaseModel.startPyTorch();
    }

    /** Where the configuration says, with PyTorch's threads set before PyTorch starts. */
    static DeviceChoice device(PiecewiseConfig config, boolean storedInFloat32) {
        setThreads(config);
        String type = config.model().dtype().name().toLowerCase(Locale.ROOT);
        return DeviceChoice.of(config.model().device(), type, storedInFloat32);
    }

    private static void setThreads(PiecewiseConfig config) {
        int threads = config.engine().threads();
        int cores = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(cores));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    }

    /** Longest sequence: what the model was made for, what the KV arena holds, what the configuration allows. */
    int maxLength(PiecewiseConfig.Engine engine) {
        return maxLength(shape, engine);
    }

    static int maxLength(ModelConfig shape, PiecewiseConfig.Engine engine) {
        int model = Math.min(shape.maxPositions(), engine.kvPlaces());
        return engine.maxLength() > 0 ? Math.min(model, engine.maxLength()) : model;
    }

    /** How history items become examples of at most so many tokens. */
    ExampleEncoder encoder(int maxTokens) {
        return new ExampleEncoder(
                tokenizer::encode, tokenizer.eos().orElse(-1), Math.min(shape.maxPositions(), maxTokens));
    }

    /** A pool that was made for this model. */
    Pool pool(Path directory) {
        return PoolReader.read(directory, shape, fingerprint);
    }

    /** Tokens that end a completion; some checkpoints list ids that they have no logits for. */
    Set<Integer> endTokens() {
        return shape.eosTokens().stream()
                .filter(token -> token >= 0 && token < shape.vocabulary())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether keys and values depend on the tokens before them only; with dynamic RoPE also on how long the prompt was. */
    boolean prefixesAreReusable() {
        return !(shape.rope() instanceof Rope.Dynamic);
    }

    @Override
    public void close() {
        base.close();
    }
}
