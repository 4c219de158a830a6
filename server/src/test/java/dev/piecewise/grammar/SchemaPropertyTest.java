package dev.piecewise.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.engine.TokenConstraint;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.grammar.GrammarSpec.Schema;
import dev.piecewise.text.TinyTokenizers;
import dev.piecewise.text.Tokenizer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a model draws, a text that a schema constrains and that came to its end is valid by the schema. */
@Timeout(120)
final class SchemaPropertyTest {
    private static final int SCHEMAS = Integer.getInteger("schemas", 100);
    private static final int TEXTS = 6;
    private static final int MOST_TOKENS = 500;

    @TempDir
    Path directory;

    @Test
    void textsOfByteLevelTokensAreValidByTheirSchemas() {
        check(TinyTokenizers.byteLevel(directory), 1);
    }

    @Test
    void textsOfSentencePieceTokensAreValidByTheirSchemas() {
        check(TinyTokenizers.byteFallback(directory), 2);
    }

    private static void check(Tokenizer tokenizer, long seed) {
        Grammars grammars = new Grammars(tokenizer, Set.of(tokenizer.eos().orElseThrow()));
        RandomSchemas schemas = new RandomSchemas(seed);
        RandomWriter writer = new RandomWriter(tokenizer, seed);
        int refused = 0;
        int ended = 0;
        for (int i = 0; i < SCHEMAS; i++) {
            JsonNode schema = schemas.next();
            TokenConstraint start;
            try {
                start = grammars.constraint(new Schema("schema", schema));
            } catch (ServingException refusal) {
                assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                refused++;
                continue;
            }
            Validator validator = new Validator(schema);
            for (int text = 0; text < TEXTS; text++) {
                Optional<String> written = writer.write(start, MOST_TOKENS);
                ended += written.isPresent() ? 1 : 0;
                written.ifPresent(json -> assertThat(validator.errors(json))
                        .as("of %s by %s", json, schema)
                        .isEmpty());
            }
        }
        assertThat(refused).isLessThan(SCHEMAS / 4);
        assertThat(ended).isGreaterThan(TEXTS * SCHEMAS / 3);
    }
}
