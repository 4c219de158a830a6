package dev.piecewise.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tokens of a {@code tokenizer.json} by id and by name, and which of them are special. */
final class Vocabulary {
    /** Ids are array indexes here; no vocabulary comes near this many. */
    private static final int MAX_ID = 1 << 24;

    private final List<@Nullable String> tokens = new ArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();
    private final BitSet special = new BitSet();
    private final BitSet added = new BitSet();
    private final Set<String> decoders = new HashSet<>();

    private Vocabulary() {}

    /** Reads {@code model.vocab}, {@code added_tokens} and the kinds of decoders, and skips the rest, which may be many megabytes of merges. */
    static Vocabulary parse(String json) throws IOException {
        Vocabulary vocabulary = new Vocabulary();
        try (JsonParser parser = new JsonFactory().createParser(new StringReader(json))) {
            require(parser.nextToken() == JsonToken.START_OBJECT, "it is not a JSON object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                switch (field) {
                    case "added_tokens" -> vocabulary.readAddedTokens(parser);
                    case "model" -> vocabulary.readModel(parser);
                    case "decoder" -> vocabulary.readDecoder(parser);
                    default -> parser.skipChildren();
                }
            }
        }
        require(!vocabulary.tokens.isEmpty(), "model.vocab is missing or empty");
        return vocabulary;
    }

    /** One more than the largest id. */
    int size() {
        return tokens.size();
    }

    @Nullable String token(int id) {
        return id >= 0 && id < tokens.size() ? tokens.get(id) : null;
    }

    OptionalInt id(String token) {
        Integer id = ids.get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    boolean isSpecial(int id) {
        return id >= 0 && special.get(id);
    }

    /** Whether the token was added to the model's own ones: its name is its text, whatever the decoder. */
    boolean isAdded(int id) {
        return id >= 0 && added.get(id);
    }

    /** The kinds of decoders that turn tokens into text. */
    Set<String> decoders() {
        return decoders;
    }

    private void readDecoder(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            for (int depth = 1; depth > 0; ) {
                JsonToken token = parser.nextToken();
                if (token.isStructStart()) {
                    depth++;
                } else if (token.isStructEnd()) {
                    depth--;
                } else if (token == JsonToken.VALUE_STRING && "type".equals(parser.currentName())) {
                    decoders.add(parser.getText());
                }
            }
        }
    }

    private void readModel(JsonParser parser) throws IOException {
        require(parser.currentToken() == JsonToken.START_OBJECT, "model is not an object");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean vocab = parser.currentName().equals("vocab");
            JsonToken value = parser.nextToken();
            if (vocab && value == JsonToken.START_OBJECT) {
                readVocab(parser);
            } else if (vocab && value == JsonToken.START_ARRAY) {
                readUnigrams(parser);
            } else {
                parser.skipChildren();
            }
        }
    }

    private void readVocab(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String token = parser.currentName();
            require(
                    parser.nextToken() == JsonToken.VALUE_NUMBER_INT,
                    "model.vocab maps a token to something else than an id");
            put(parser.getIntValue(), token);
        }
    }

    /** A Unigram model lists {@code [token, score]} in the order of their ids. */
    private void readUnigrams(JsonParser parser) throws IOException {
        for (int id = 0; parser.nextToken() == JsonToken.START_ARRAY; id++) {
            require(parser.nextToken() == JsonToken.VALUE_STRING, "model.vocab lists something else than tokens");
            put(id, parser.getText());
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                parser.skipChildren();
            }
        }
    }

    private void readAddedTokens(JsonParser parser) throws IOException {
        require(parser.currentToken() == JsonToken.START_ARRAY, "added_tokens is not a list");
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            readAddedToken(parser);
        }
    }

    private void readAddedToken(JsonParser parser) throws IOException {
        int id = -1;
        String content = "";
        boolean isSpecial = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "id" -> id = parser.getIntValue();
                case "content" -> content = parser.getText();
                case "special" -> isSpecial = parser.getBooleanValue();
                default -> parser.skipChildren();
            }
        }
        put(id, content);
        special.set(id, isSpecial);
        added.set(id);
    }

    private void put(int id, String token) throws IOException {
        require(id >= 0 && id < MAX_ID, "token id " + id + " is out of range");
        while (tokens.size() <= id) {
            tokens.add(null);
        }
        tokens.set(id, token);
        ids.put(token, id);
    }

    private static void require(boolean holds, String message) throws IOException {
        if (!holds) {
            throw new JsonParseException(message);
        }
    }
}
