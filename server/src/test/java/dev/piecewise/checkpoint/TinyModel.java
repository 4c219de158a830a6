package dev.piecewise.checkpoint;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/** A model of a few kilobytes with seeded random weights, written as Hugging Face writes one. */
public final class TinyModel {
    private static final JsonMapper JSON = new JsonMapper();

    private TinyModel() {}

    /** The fields of a config.json of two layers; a test changes what it is about. */
    public static ObjectNode config() {
        ObjectNode config = JSON.createObjectNode();
        config.putArray("architectures").add("LlamaForCausalLM");
        return config.put("vocab_size", 20)
                .put("hidden_size", 8)
                .put("intermediate_size", 12)
                .put("num_hidden_layers", 2)
                .put("num_attention_heads", 4)
                .put("num_key_value_heads", 2)
                .put("max_position_embeddings", 64)
                .put("rms_norm_eps", 1e-5)
                .put("bos_token_id", 1)
                .put("eos_token_id", 2);
    }

    /** Writes config.json only. */
    public static Path writeConfig(Path directory, ObjectNode config) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("config.json"), config.toString());
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes config.json and all tensors into one file, and returns the directory. */
    public static Path write(Path directory, ObjectNode config, long seed) {
        return write(directory, config, seed, tensors -> {});
    }

    /** As above, with the shapes of the tensors changed before they are written. */
    public static Path write(Path directory, ObjectNode config, long seed, Consumer<Map<String, long[]>> change) {
        writeConfig(directory, config);
        Map<String, long[]> shapes = ExpectedTensors.of(ModelConfigReader.read(directory));
        change.accept(shapes);
        Random random = new Random(seed);
        SafetensorsWriter writer = new SafetensorsWriter(Map.of("format", "pt"));
        shapes.forEach((name, shape) -> writer.add(name, randomValues(random, shape), shape));
        writer.write(directory.resolve("model.safetensors"));
        return directory;
    }

    /** Uniform in -0.5 to 0.5. */
    public static float[] randomValues(Random random, long... shape) {
        int elements = 1;
        for (long dimension : shape) {
            elements = Math.toIntExact(elements * dimension);
        }
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }
}
