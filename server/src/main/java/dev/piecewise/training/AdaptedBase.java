package dev.piecewise.training;

import dev.piecewise.adapter.Factors;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.checkpoint.AtomicFiles;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.Checkpoint.Stored;
import dev.piecewise.checkpoint.DType;
import dev.piecewise.checkpoint.ExpectedTensors;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.SafetensorsWriter;
import dev.piecewise.checkpoint.Site;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A base model with an adapter merged in, {@code W + B A}, as a directory of its own with the first one's configuration and tokenizer. */
public final class AdaptedBase {
    private AdaptedBase() {}

    /** The directory must not exist yet; weights are rounded to what the base stores them as. {@code more} adds files of its own. */
    public static void write(
            Checkpoint base, ModelConfig config, LoraAdapter adapter, AtomicFiles.Content more, Path out) {
        SafetensorsWriter writer = writer();
        ExpectedTensors.of(config).forEach((name, shape) -> {
            Stored stored = base.tensor(name);
            Optional<Factors> factors = site(name).map(site -> adapter.sites().get(site));
            if (factors.isPresent()) {
                writer.add(name, stored.info().dtype(), () -> merged(stored.floats(), factors.get()), shape);
            } else {
                writer.add(name, stored.info().dtype(), stored.slice(), shape);
            }
        });
        publish(base, writer, more, out);
    }

    /** The same with all weights anew. */
    public static void write(
            Checkpoint base, ModelConfig config, Map<String, float[]> weights, AtomicFiles.Content more, Path out) {
        publish(base, weights(config, weights, name -> base.tensor(name).info().dtype()), more, out);
    }

    /** All of a model's weights, each written as {@code stored} says. */
    static SafetensorsWriter weights(ModelConfig config, Map<String, float[]> weights, Function<String, DType> stored) {
        SafetensorsWriter writer = writer();
        ExpectedTensors.of(config).forEach((name, shape) -> {
            float[] values = weights.get(name);
            if (values == null) {
                throw new IllegalStateException("no " + name + " was trained");
            }
            writer.add(name, stored.apply(name), () -> values, shape);
        });
        return writer;
    }

    private static SafetensorsWriter writer() {
        return new SafetensorsWriter(Map.of("format", "pt"));
    }

    private static void publish(Checkpoint base, SafetensorsWriter writer, AtomicFiles.Content more, Path out) {
        AtomicFiles.directory(out, temporary -> {
            copyDescriptions(base.directory(), temporary);
            writer.write(temporary.resolve("model.safetensors"));
            more.writeTo(temporary);
        });
    }

    private static Optional<Site> site(String tensor) {
        return tensor.startsWith("model.") && tensor.endsWith(".weight")
                ? Site.parse(tensor.substring("model.".length(), tensor.length() - ".weight".length()))
                : Optional.empty();
    }

    private static float[] merged(float[] weight, Factors factors) {
        int in = factors.in();
        for (int out = 0; out < factors.out(); out++) {
            for (int r = 0; r < factors.rank(); r++) {
                float b = factors.b()[out * factors.rank() + r];
                for (int i = 0; i < in; i++) {
                    weight[out * in + i] += b * factors.a()[r * in + i];
                }
            }
        }
        return weight;
    }

    /** Everything that says what the model is; not its weights, nor anything that is run. */
    private static void copyDescriptions(Path from, Path to) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(from, "*.{json,model,jinja,txt}")) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (Files.isRegularFile(file) && !name.equals("model.safetensors.index.json")) {
                    Files.copy(file, to.resolve(name));
                }
            }
        }
    }
}
