package dev.piecewise.bench;

import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Rope;
import java.util.List;

/** The shapes of the models of random weights that are measured where none is given. */
public enum RandomShape {
    /** TinyLlama's: 1.1 B parameters. */
    TINYLLAMA("random 1.1B", 32_000, 2048, 5632, 22, 32, 4, 64, 10_000, 2048),
    /** Llama 3's: 8 B parameters. */
    LLAMA8B("random 8B", 128_256, 4096, 14_336, 32, 32, 8, 128, 500_000, 8192);

    private final String title;
    private final int vocabulary;
    private final int hidden;
    private final int intermediate;
    private final int layers;
    private final int heads;
    private final int kvHeads;
    private final int headDim;
    private final float theta;
    private final int positions;

    RandomShape(
            String title,
            int vocabulary,
            int hidden,
            int intermediate,
            int layers,
            int heads,
            int kvHeads,
            int headDim,
            float theta,
            int positions) {
        this.title = title;
        this.vocabulary = vocabulary;
        this.hidden = hidden;
        this.intermediate = intermediate;
        this.layers = layers;
        this.heads = heads;
        this.kvHeads = kvHeads;
        this.headDim = headDim;
        this.theta = theta;
        this.positions = positions;
    }

    /** What reports call it. */
    public String title() {
        return title;
    }

    public ModelConfig config() {
        return layers(layers);
    }

    /** With so many layers. */
    public ModelConfig layers(int count) {
        return new ModelConfig(
                "LlamaForCausalLM",
                vocabulary,
                hidden,
                intermediate,
                count,
                heads,
                kvHeads,
                headDim,
                1e-5f,
                new Rope.Default(theta),
                0,
                List.of(),
                false,
                false,
                false,
                false,
                false,
                positions,
                List.of(2),
                1);
    }
}
