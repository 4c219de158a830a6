package dev.piecewise.bench;

import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Rope;
import java.util.List;

/** The shape of the model that is measured where none is given: TinyLlama's. */
public final class RandomShape {
    private RandomShape() {}

    /** With so many layers; TinyLlama has 22. */
    public static ModelConfig layers(int layers) {
        return new ModelConfig(
                "LlamaForCausalLM",
                32_000,
                2048,
                5632,
                layers,
                32,
                4,
                64,
                1e-5f,
                new Rope.Default(10_000),
                0,
                List.of(),
                false,
                false,
                false,
                false,
                false,
                2048,
                List.of(2),
                1);
    }
}
