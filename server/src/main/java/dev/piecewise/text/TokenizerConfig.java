package dev.piecewise.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.JsonFields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    private static Optional<String> token(JsonNode config, JsonNode map, String name) {
        return content(config.path(name)).or(() -> content(map.path(name)));
    }

    /** All special tokens by their names ({@code bos_token}, ...), as the texts that templates use; several of one kind are a list. */
    static Map<String, Object> specialTokens(Path directory) {
        Map<String, Object> tokens = new HashMap<>();
        for (String file : new String[] {"special_tokens_map.json", "tokenizer_config.json"}) {
            for (Map.Entry<String, JsonNode> entry :
                    tree(directory.resolve(file)).properties()) {
                String name = entry.getKey();
                if (name.equals("additional_special_tokens") || name.equals("extra_special_tokens")) {
                    several(entry.getValue(), name, tokens);
                } else if (name.endsWith("_token")) {
                    content(entry.getValue()).ifPresent(token -> tokens.put(name, token));
                }
            }
        }
        return tokens;
    }

    /** Special tokens without names of their own are a list; newer files name them. */
    private static void several(JsonNode value, String name, Map<String, Object> tokens) {
        if (value.isObject()) {
            value.properties()
                    .forEach(token -> content(token.getValue()).ifPresent(text -> tokens.put(token.getKey(), text)));
        } else {
            List<String> texts = new ArrayList<>();
            value.forEach(token -> content(token).ifPresent(texts::add));
            tokens.put(name, texts);
        }
    }

    /** A special token is a string, or a description of an added token with its {@code content}. */
    private static Optional<String> content(JsonNode value) {
        JsonNode content = value.isObject() ? value.path("content") : value;
        return content.isTextual() ? Optional.of(content.asText()) : Optional.empty();
    }

    static JsonNode tree(Path file) {
        if (!Files.exists(file)) {
            return MissingNode.getInstance();
        }
        try {
            return new ObjectMapper().readTree(Files.readString(file));
        } catch (JsonProcessingException broken) {
            throw new BadFileException(file, "is not JSON: " + JsonFields.reason(broken));
        } catch (IOException unreadable) {
            throw BadFileException.of(file, unreadable);
        }
    }
}
