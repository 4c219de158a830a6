package dev.piecewise.checkpoint;

import java.lang.foreign.MemorySegment;

/**
 * What a base model is known by: a hash over its shape and over every tensor's name, dtype, shape and content. Up to 64 MiB of tensors are hashed whole; of a larger
 * base the first, middle and last 4 KiB of each tensor, so that a start does not read all of it. Any training moves nearly all values, so it is noticed all the same;
 * one value changed by hand in a large base is not.
 */
public final class BaseFingerprint {
    private static final long WHOLE_BYTES = 64L << 20;
    private static final long SAMPLE_BYTES = 4096;

    private BaseFingerprint() {}

    /** The checkpoint must have been verified against the configuration. */
    public static String of(Checkpoint checkpoint, ModelConfig config) {
        ContentHash hash = new ContentHash("base");
        putShape(hash, config);
        boolean whole = checkpoint.bytes() <= WHOLE_BYTES;
        ExpectedTensors.of(config).forEach((name, shape) -> {
            Checkpoint.Stored stored = checkpoint.tensor(name);
            hash.put(name).put(stored.info().dtype().name()).put(shape.length);
            for (long dimension : shape) {
                hash.put(dimension);
            }
            putContent(hash, stored.slice(), whole);
        });
        return hash.finish();
    }

    private static void putShape(ContentHash hash, ModelConfig config) {
        hash.put(config.architecture())
                .put(config.vocabulary())
                .put(config.hidden())
                .put(config.intermediate())
                .put(config.layers())
                .put(config.heads())
                .put(config.kvHeads())
                .put(config.headDim())
                .put(config.normEps())
                .put(config.tiedHead() ? 1 : 0)
                .put(config.rope().toString());
        for (int layer = 0; layer < config.layers(); layer++) {
            hash.put(config.window(layer));
        }
    }

    private static void putContent(ContentHash hash, MemorySegment content, boolean whole) {
        long size = content.byteSize();
        if (whole || size <= 3 * SAMPLE_BYTES) {
            hash.put(content);
            return;
        }
        hash.put(content.asSlice(0, SAMPLE_BYTES))
                .put(content.asSlice((size - SAMPLE_BYTES) / 2, SAMPLE_BYTES))
                .put(content.asSlice(size - SAMPLE_BYTES, SAMPLE_BYTES));
    }
}
