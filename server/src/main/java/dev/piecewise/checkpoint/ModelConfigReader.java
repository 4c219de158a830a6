package dev.piecewise.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Reads a Hugging Face {@code config.json}, in the old and in the new style, with transformers' defaults, and {@code generation_config.json} for what ends a
 * completion. What would change the model's output and is not implemented is refused by name.
 */
public final class ModelConfigReader {
    private static final int DEFAULT_WINDOW = 4096;
    private static final int DEFAULT_WINDOW_LAYERS = 28;
    /** Far above any model; a number beyond it is a mistake, and the names of its tensors alone would fill the memory. */
    private static final int MOST_LAYERS = 4096;

    private final JsonFields config;
    private final Architecture architecture;
    private final int layers;

    private ModelConfigReader(JsonFields config) {
        this.config = config;
        this.architecture = Architecture.of(config);
        this.layers = positive("num_hidden_layers");
        if (layers > MOST_LAYERS) {
            throw config.bad("num_hidden_layers", "is %d, more than %d".formatted(layers, MOST_LAYERS));
        }
    }

    /** {@code directory} is the base model's. */
    public static ModelConfig read(Path directory) {
        Path file = directory.resolve("config.json");
        if (!Files.exists(file)) {
            throw new BadFileException(directory, "holds no config.json, so it is no Hugging Face model");
        }
        ModelConfigReader reader = new ModelConfigReader(JsonFields.read(file));
        Path generation = directory.resolve("generation_config.json");
        return reader.read(Files.exists(generation) ? JsonFields.read(generation) : reader.config);
    }

    private ModelConfig read(JsonFields generation) {
        refuseWhatIsNotImplemented();
        int heads = positive("num_attention_heads");
        RopeReader rope = new RopeReader(config, maxPositions());
        boolean attentionBias = switch (architecture) {
            case LLAMA, QWEN3 -> config.bool("attention_bias", false);
            case MISTRAL, QWEN2 -> false;
        };
        return new ModelConfig(
                architecture.className(),
                positive("vocab_size"),
                positive("hidden_size"),
                positive("intermediate_size"),
                layers,
                heads,
                kvHeads(heads),
                headDim(heads),
                (float) config.number("rms_norm_eps").orElse(1e-6),
                rope.read(),
                slidingWindow(),
                slidingLayers(),
                attentionBias || architecture == Architecture.QWEN2,
                attentionBias,
                architecture == Architecture.LLAMA && config.bool("mlp_bias", false),
                architecture == Architecture.QWEN3,
                config.bool("tie_word_embeddings", false),
                rope.scaledPositions(),
                eosTokens(generation),
                bosToken());
    }

    private void refuseWhatIsNotImplemented() {
        String activation = config.string("hidden_act").orElse("silu");
        if (!activation.equals("silu") && !activation.equals("swish")) {
            throw config.bad("hidden_act", "%s is not supported; supported is silu".formatted(activation));
        }
        if (config.has("quantization_config")) {
            String method = config.requireObject("quantization_config")
                    .string("quant_method")
                    .orElse("of some kind");
            throw config.bad(
                    "quantization_config",
                    "(%s) is not supported; needed are f32, f16 or bf16 weights".formatted(method));
        }
    }

    private int kvHeads(int heads) {
        int absent = architecture.absentKvHeads();
        int kvHeads = config.integer("num_key_value_heads")
                .orElse(absent == 0 || isNull("num_key_value_heads") ? heads : absent);
        if (kvHeads <= 0 || heads % kvHeads != 0) {
            throw config.bad(
                    "num_key_value_heads", "is %d, which does not divide the %d heads".formatted(kvHeads, heads));
        }
        return kvHeads;
    }

    private int headDim(int heads) {
        int absent = architecture.absentHeadDim();
        int hidden = positive("hidden_size");
        boolean derived = !config.has("head_dim") && (absent == 0 || isNull("head_dim"));
        if (derived && hidden % heads != 0) {
            throw config.bad("hidden_size", "%d is not a multiple of the %d heads".formatted(hidden, heads));
        }
        int headDim = config.integer("head_dim").orElse(derived ? hidden / heads : absent);
        if (headDim <= 0 || headDim % 2 != 0) {
            throw config.bad("head_dim", "must be positive and even, found " + headDim);
        }
        return headDim;
    }

    private int maxPositions() {
        return config.has("max_position_embeddings")
                ? positive("max_position_embeddings")
                : architecture.absentMaxPositions();
    }

    private int slidingWindow() {
        boolean used = switch (architecture) {
            case LLAMA -> false;
            case MISTRAL -> !isNull("sliding_window");
            case QWEN2, QWEN3 -> config.bool("use_sliding_window", false) && !isNull("sliding_window");
        };
        int window = used ? config.integer("sliding_window").orElse(DEFAULT_WINDOW) : 0;
        if (used && window <= 0) {
            throw config.bad("sliding_window", "must be positive, found " + window);
        }
        return window;
    }

    private List<Boolean> slidingLayers() {
        if (slidingWindow() == 0 || architecture == Architecture.MISTRAL) {
            return List.of();
        }
        List<String> types = config.strings("layer_types");
        if (types.isEmpty()) {
            int full = Math.clamp(config.integer("max_window_layers").orElse(DEFAULT_WINDOW_LAYERS), 0, layers);
            List<Boolean> sliding = new ArrayList<>(Collections.nCopies(full, false));
            sliding.addAll(Collections.nCopies(layers - full, true));
            return List.copyOf(sliding);
        }
        if (types.size() != layers) {
            throw config.bad("layer_types", "has %d entries for %d layers".formatted(types.size(), layers));
        }
        return types.stream().map(this::isSliding).toList();
    }

    private boolean isSliding(String type) {
        return switch (type) {
            case "sliding_attention" -> true;
            case "full_attention" -> false;
            default -> throw config.bad("layer_types", "%s is not supported".formatted(type));
        };
    }

    private List<Integer> eosTokens(JsonFields generation) {
        JsonFields source = generation.has("eos_token_id") ? generation : config;
        List<Integer> tokens = List.copyOf(source.integers("eos_token_id"));
        if (tokens.stream().anyMatch(token -> token < 0)) {
            throw source.bad("eos_token_id", "must not be negative, found " + tokens);
        }
        return tokens;
    }

    private int bosToken() {
        return isNull("bos_token_id") ? -1 : config.integer("bos_token_id").orElse(architecture.absentBosToken());
    }

    private boolean isNull(String name) {
        return config.isNull(name);
    }

    private int positive(String name) {
        int value = config.requireInteger(name);
        if (value <= 0) {
            throw config.bad(name, "must be positive, found " + value);
        }
        return value;
    }
}
