package dev.piecewise.gateway.completion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/** What a completion continues: a text, or tokens. */
public sealed interface Prompt {
    /** Characters of a text for each token of the context that make a text too long without counting; no tokenizer averages as many. */
    int CHARACTERS_PER_TOKEN = 256;

    record Text(String name, String text) implements Prompt {}

    record Tokens(int[] ids) implements Prompt {}

    /** A prompt in tokens, with the text that {@code echo} gives back; "" for tokens without {@code echo}. */
    record Encoded(int[] ids, String text) {}

    /** The field {@code prompt}: a string, a list of strings, a list of token ids or a list of such lists. */
    static List<Prompt> parse(Fields fields, int most, int vocabulary) {
        JsonNode value = fields.value("prompt").orElseThrow(() -> fields.missing("prompt"));
        if (value.isTextual()) {
            return List.of(text("prompt", value));
        }
        if (!value.isArray()) {
            throw Fields.expected("prompt", "a string, a list of strings, or a list of token ids", value);
        }
        if (value.isEmpty()) {
            throw ServingException.invalid("prompt", "prompt is an empty list");
        }
        if (value.get(0).isNumber()) {
            return List.of(tokens("prompt", value, vocabulary));
        }
        if (value.size() > most) {
            throw ServingException.invalid(
                    "prompt", "prompt has %d entries; at most %d are taken".formatted(value.size(), most));
        }
        return list(value, vocabulary);
    }

    private static List<Prompt> list(JsonNode values, int vocabulary) {
        boolean texts = values.get(0).isTextual();
        List<Prompt> prompts = new ArrayList<>(values.size());
        for (JsonNode value : values) {
            String name = "prompt[%d]".formatted(prompts.size());
            if (texts) {
                prompts.add(text(name, value));
            } else if (value.isArray()) {
                prompts.add(tokens(name, value, vocabulary));
            } else {
                throw Fields.expected(name, "a string or a list of token ids, as the others are", value);
            }
        }
        return prompts;
    }

    private static Prompt text(String name, JsonNode value) {
        return new Text(name, Fields.text(name, value));
    }

    private static Prompt tokens(String name, JsonNode values, int vocabulary) {
        if (values.isEmpty()) {
            throw ServingException.invalid(name, name + " is an empty list of tokens");
        }
        int[] ids = new int[values.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = Fields.integer("%s[%d]".formatted(name, i), values.get(i), 0, vocabulary - 1);
        }
        return new Tokens(ids);
    }

    /** An empty text is the beginning-of-text token alone, where the tokenizer has one. */
    default Encoded encode(Tokenizer tokenizer, int maxLength, CompletionRequest request) {
        Encoded whole = whole(tokenizer, maxLength, request.reading());
        int[] ids = request.reading().cut(whole.ids(), maxLength - request.maxTokens());
        if (!request.output().echo()) {
            return new Encoded(ids, "");
        }
        boolean asItCame = this instanceof Text && ids.length == whole.ids().length;
        return new Encoded(ids, asItCame ? whole.text() : tokenizer.decode(ids, true));
    }

    private Encoded whole(Tokenizer tokenizer, int maxLength, Reading reading) {
        return switch (this) {
            case Tokens(int[] ids) -> new Encoded(ids, "");
            case Text(String name, String text) -> {
                if (text.length() / CHARACTERS_PER_TOKEN > maxLength && !reading.cuts()) {
                    throw new ServingException(
                            ErrorCode.CONTEXT_TOO_LONG,
                            "%s has %d characters; the model takes %d tokens".formatted(name, text.length(), maxLength),
                            name);
                }
                int[] ids = reading.encode(tokenizer, text);
                yield new Encoded(ids.length > 0 ? ids : beginning(name, tokenizer), text);
            }
        };
    }

    private static int[] beginning(String name, Tokenizer tokenizer) {
        int bos = tokenizer
                .bos()
                .orElseThrow(() -> ServingException.invalid(
                        name, name + " is empty, and the model has no token that begins a text"));
        return new int[] {bos};
    }
}
