package dev.piecewise.gateway.completion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.Fields;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a client writes on an answer that is kept, to find it again: the field {@code metadata}, within OpenAI's bounds. */
public record Metadata(Map<String, String> pairs) {
    public static final Metadata NONE = new Metadata(Map.of());

    private static final int MOST = 16;
    private static final int LONGEST_KEY = 64;
    private static final int LONGEST_VALUE = 512;

    public static Metadata parse(Fields fields) {
        Optional<Fields> object = fields.object("metadata");
        if (object.isEmpty()) {
            return NONE;
        }
        Map<String, String> pairs = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : object.get().entries()) {
            String key = entry.getKey();
            if (key.length() > LONGEST_KEY) {
                throw ServingException.invalid(
                        "metadata", "a key of metadata has more than %d characters".formatted(LONGEST_KEY));
            }
            String value = Fields.text("metadata." + key, entry.getValue());
            if (value.length() > LONGEST_VALUE) {
                throw ServingException.invalid(
                        "metadata." + key, "metadata.%s has more than %d characters".formatted(key, LONGEST_VALUE));
            }
            pairs.put(key, value);
        }
        if (pairs.size() > MOST) {
            throw ServingException.invalid("metadata", "metadata has more than %d pairs".formatted(MOST));
        }
        return new Metadata(pairs);
    }

    /** Whether all of these are among its pairs. */
    public boolean has(Map<String, String> asked) {
        return pairs.entrySet().containsAll(asked.entrySet());
    }
}
