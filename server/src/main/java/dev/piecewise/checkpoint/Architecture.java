package dev.piecewise.checkpoint;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The architectures that are served, with what Hugging Face transformers takes for fields that a config.json leaves out. */
enum Architecture {
    LLAMA("LlamaForCausalLM", "llama", 0, 0, 2048, 1),
    MISTRAL("MistralForCausalLM", "mistral", 8, 0, 4096 * 32, 1),
    QWEN2("Qwen2ForCausalLM", "qwen2", 32, 0, 32768, -1),
    QWEN3("Qwen3ForCausalLM", "qwen3", 32, 128, 32768, -1);

    private final String className;
    private final String modelType;
    private final int absentKvHeads;
    private final int absentHeadDim;
    private final int absentMaxPositions;
    private final int absentBosToken;

    Architecture(String className, String modelType, int kvHeads, int headDim, int maxPositions, int bosToken) {
        this.className = className;
        this.modelType = modelType;
        this.absentKvHeads = kvHeads;
        this.absentHeadDim = headDim;
        this.absentMaxPositions = maxPositions;
        this.absentBosToken = bosToken;
    }

    /** By {@code architectures}, or by {@code model_type} where that is missing. */
    static Architecture of(JsonFields config) {
        List<String> names = config.strings("architectures");
        for (Architecture architecture : values()) {
            boolean matches = names.isEmpty()
                    ? architecture.modelType.equals(config.string("model_type").orElse(""))
                    : architecture.className.equals(names.getFirst());
            if (matches) {
                return architecture;
            }
        }
        String found = names.isEmpty() ? config.string("model_type").orElse("none") : names.getFirst();
        throw config.bad("architectures", "%s is not supported; supported are %s".formatted(found, supported()));
    }

    String className() {
        return className;
    }

    /** Key-value heads where config.json has none; 0 for as many as there are heads. */
    int absentKvHeads() {
        return absentKvHeads;
    }

    /** Head size where config.json has none; 0 for hidden size / heads. */
    int absentHeadDim() {
        return absentHeadDim;
    }

    int absentMaxPositions() {
        return absentMaxPositions;
    }

    /** First token of a text where config.json has none; -1 for no such token. */
    int absentBosToken() {
        return absentBosToken;
    }

    private static String supported() {
        return Arrays.stream(values()).map(Architecture::className).collect(Collectors.joining(", "));
    }
}
