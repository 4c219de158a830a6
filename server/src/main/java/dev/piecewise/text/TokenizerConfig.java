package dev.piecewise.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.piecewise.checkpoint.BadFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code tokenizer_config.json} and {@code special_tokens_map.json} add to a tokenizer; both may be missing.
 *
 * @param bos the token that begins a text
 * @param eos the token that ends a text
 * @param addBos whether encoding with special tokens begins with {@code bos}, where these files decide that and not the tokenizer's post-processor
 */
record TokenizerConfig(Optional<String> bos, Optional<String> eos, Optional<Boolean> addBos) {
    /** For these classes transformers replaces the post-processor by what {@code add_bos_token} says, true when it says nothing. */
    private static final Set<String> LLAMA_LIKE =
            Set.of("LlamaTokenizer", "LlamaTokenizerFast", "CodeLlamaTokenizer", "CodeLlamaTokenizerFast");

    static TokenizerConfig read(Path directory) {
        JsonNode config = tree(directory.resolve("tokenizer_config.json"));
        JsonNode map = tree(directory.resolve("special_tokens_map.json"));
        Optional<String> bos = token(config, map, "bos_token");
        boolean llama = LLAMA_LIKE.contains(config.path("tokenizer_class").asText());
        Optional<Boolean> addBos = llama && bos.isPresent()
                ? Optional.of(config.path("add_bos_token").asBoolean(true))
                : Optional.empty();
        return new TokenizerConfig(bos, token(config, map, "eos_token"), addBos);
    }

    /** Either a string or a description of an added token with its {@code content}. */
    private static Optional<String> token(JsonNode config, JsonNode map, String name) {
        for (JsonNode file : new JsonNode[] {config, map}) {
            JsonNode value = file.path(name);
            JsonNode content = value.isObject() ? value.path("content") : value;
            if (content.isTextual()) {
                return Optional.of(content.asText());
            }
        }
        return Optional.empty();
    }

    private static JsonNode tree(Path file) {
        if (!Files.exists(file)) {
            return MissingNode.getInstance();
        }
        try {
            return new ObjectMapper().readTree(Files.readString(file));
        } catch (JsonProcessingException broken) {
            throw new BadFileException(file, "is not JSON: " + broken.getOriginalMessage());
        } catch (IOException unreadable) {
            throw BadFileException.of(file, unreadable);
        }
    }
}
