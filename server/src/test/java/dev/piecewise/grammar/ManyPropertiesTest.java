package dev.piecewise.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.engine.TokenConstraint;
import dev.piecewise.grammar.GrammarSpec.Schema;
import dev.piecewise.text.TinyTokenizers;
import dev.piecewise.text.Tokenizer;
import dk.brics.automaton.Automaton;
import dk.brics.automaton.BasicOperations;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Schemas with hundreds of properties, none of which must be there. */
@Timeout(60)
final class ManyPropertiesTest {
    private static final int PROPERTIES = 400;
    private static final long MOST_NANOS = Duration.ofSeconds(1).toNanos();

    @TempDir
    static Path directory;

    private static Tokenizer tokenizer;

    @BeforeAll
    static void load() {
        tokenizer = TinyTokenizers.byteLevel(directory);
        compile(schema(3, "{\"type\":\"integer\"}", ""));
    }

    private static JsonNode schema(int properties, String type, String more) {
        return RandomSchemas.parse("{\"type\":\"object\",\"properties\":{%s}%s}"
                .formatted(
                        IntStream.range(0, properties)
                                .mapToObj(i -> "\"field_%d\":%s".formatted(i, type.replace("NUMBER", "" + i)))
                                .collect(Collectors.joining(",")),
                        more));
    }

    private static TokenConstraint compile(JsonNode schema) {
        return new Grammars(tokenizer, Set.of(tokenizer.eos().orElseThrow())).constraint(new Schema("schema", schema));
    }

    private static long threadNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"string\"}",
                "{\"type\":\"integer\"}",
                "{\"type\":\"integer\",\"minimum\":NUMBER}",
                "{\"type\":\"number\"}",
                "{\"type\":\"string\",\"pattern\":\"^[a-z]{2,9}$\"}",
                "{\"type\":[\"boolean\",\"null\"]}",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}}}"
            })
    void areCompiledInLessThanASecondOfAThread(String type) {
        JsonNode schema = schema(PROPERTIES, type, ",\"additionalProperties\":false");
        long begun = threadNanos();

        TokenConstraint start = compile(schema);

        assertThat(threadNanos() - begun).isLessThan(MOST_NANOS);
        assertWritten(schema, start);
    }

    @ParameterizedTest
    @ValueSource(strings = {",\"minProperties\":3", ",\"additionalProperties\":true", ",\"required\":[\"field_399\"]"})
    void areWhateverElseIsSaidOfThem(String more) {
        JsonNode schema = schema(PROPERTIES, "{\"type\":\"integer\"}", more);
        long begun = threadNanos();

        TokenConstraint start = compile(schema);

        assertThat(threadNanos() - begun).isLessThan(MOST_NANOS);
        assertWritten(schema, start);
    }

    private static void assertWritten(JsonNode schema, TokenConstraint start) {
        RandomWriter writer = new RandomWriter(tokenizer, 1);
        Validator validator = new Validator(schema);
        int ended = 0;
        for (int i = 0; i < 2; i++) {
            Optional<String> written = writer.write(start, 1000);
            ended += written.isPresent() ? 1 : 0;
            written.ifPresent(
                    json -> assertThat(validator.errors(json)).as(json).isEmpty());
        }
        assertThat(ended).isPositive();
    }

    @Test
    void otherNamesAreAllButThoseThatAreNamed() {
        TokenConstraint start = compile(
                RandomSchemas.parse(
                        "{\"type\":\"object\",\"properties\":{\"a\":{},\"ab\":{},\"b\\u00e9\":{}},\"additionalProperties\":{\"const\":1}}"));

        for (String name : new String[] {"aa", "abc", "b", "bé ", "c", "é", "A"}) {
            assertThat(accepts(start, "{\"%s\":1}".formatted(name))).as(name).isTrue();
            assertThat(accepts(start, "{\"%s\":2}".formatted(name))).as(name).isFalse();
        }
        for (String name : new String[] {"a", "ab", "bé"}) {
            assertThat(accepts(start, "{\"%s\":2}".formatted(name))).as(name).isTrue();
        }
        assertThat(accepts(start, "{\"\":1}")).isFalse();
    }

    private static boolean accepts(TokenConstraint start, String json) {
        TokenConstraint at = start;
        for (int token : tokenizer.encode(json, false)) {
            long[] allowed = at.allowed();
            if (token >> 6 >= allowed.length || (allowed[token >> 6] >>> token & 1) == 0) {
                return false;
            }
            at = at.after(token);
        }
        return at.mayEnd();
    }

    @Test
    void numbersBetweenTwoBoundsAreAllThoseAndNoOthers() {
        int[] bounds = {0, 1, 2, 7, 9, 10, 11, 19, 20, 25, 98, 99, 100, 101, 109, 110, 199, 250, 999, 1000, 1234};
        for (int low : bounds) {
            for (int high : bounds) {
                if (low <= high) {
                    Automaton between = Digits.between(BigInteger.valueOf(low), BigInteger.valueOf(high));
                    for (int number = 0; number < 1300; number++) {
                        assertThat(BasicOperations.run(between, "" + number))
                                .as("%d from %d to %d", number, low, high)
                                .isEqualTo(low <= number && number <= high);
                    }
                    assertThat(BasicOperations.run(between, "")).isFalse();
                    assertThat(BasicOperations.run(between, "0" + high)).isFalse();
                }
            }
        }
    }
}
