package dev.piecewise.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.grammar.GrammarSpec.Regex;
import dev.piecewise.grammar.GrammarSpec.Schema;
import dev.piecewise.text.TinyTokenizers;
import dev.piecewise.text.Tokenizer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Schemas and expressions that are made to take long, or all of a stack or of the memory, are refused soon. */
@Timeout(30)
final class HostileSchemasTest {
    @TempDir
    static Path directory;

    static Tokenizer tokenizer;
    static Grammars grammars;

    @BeforeAll
    static void load() {
        tokenizer = TinyTokenizers.byteFallback(directory);
        grammars = new Grammars(tokenizer, Set.of(tokenizer.eos().orElseThrow()));
    }

    private static Stream<String> expressions() {
        return Stream.of(
                "a" + "*".repeat(100_000),
                "\\p{L}{20000}",
                "(\\P{L}\\p{L}){5000}",
                "[" + everySecond(200_000) + "]",
                "[^" + everySecond(200_000) + "]",
                "[" + "\\p{L}\\P{N}".repeat(100_000) + "]",
                "a".repeat(2_000_000));
    }

    /** Characters that do not touch each other. */
    private static String everySecond(int count) {
        return IntStream.range(0, count)
                .map(i -> 0x10000 + 2 * i)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @ParameterizedTest
    @MethodSource("expressions")
    void expressionsThatTakeTooMuchAreRefused(String expression) {
        assertRefused(new Regex("guided_regex", expression));
    }

    @Test
    void aLargeClassOfCharactersIsTaken() {
        assertThatCode(() -> grammars.constraint(new Regex("guided_regex", "[^" + everySecond(500) + "\\p{L}]")))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a**", "a+{2}", "a{2}{3}", "a??*"})
    void aQuantifierRepeatsNoQuantifier(String expression) {
        assertRefused(new Regex("guided_regex", expression));
    }

    @Test
    void referencesThatLeadOnForEverAreRefused() {
        assertRefused(chain(50_000, next -> "{\"$ref\":\"" + next + "\"}"));
        assertRefused(chain(50_000, next -> "{\"anyOf\":[{\"$ref\":\"" + next + "\"}]}"));
        assertThatCode(() -> grammars.constraint(chain(100, next -> "{\"anyOf\":[{\"$ref\":\"" + next + "\"}]}")))
                .doesNotThrowAnyException();
    }

    private interface Link {
        String to(String next);
    }

    /** A schema that refers to one that refers to one, and so on, to null at last. */
    private static GrammarSpec chain(int length, Link link) {
        IntFunction<String> definition = i -> "\"d%d\":%s".formatted(i, link.to("#/$defs/d" + (i + 1)));
        return schema("{\"$ref\":\"#/$defs/d0\",\"$defs\":{%s,\"d%d\":{\"type\":\"null\"}}}"
                .formatted(IntStream.range(0, length).mapToObj(definition).collect(Collectors.joining(",")), length));
    }

    @Test
    void alternativesThatDifferNowhereButInThemselvesAreRefused() {
        String one =
                "\"%1$s\":{\"type\":\"object\",\"required\":[\"k\"],\"properties\":{\"k\":{\"$ref\":\"#/$defs/%1$s\"}}}";
        assertRefused(schema("{\"oneOf\":[{\"$ref\":\"#/$defs/a\"},{\"$ref\":\"#/$defs/b\"}],\"$defs\":{%s,%s}}"
                .formatted(one.formatted("a"), one.formatted("b"))));
    }

    @Test
    void longListsOfValuesAreCompared() {
        String numbers = IntStream.range(0, 90_000).mapToObj(String::valueOf).collect(Collectors.joining(","));
        String texts = IntStream.range(0, 90_000).mapToObj(i -> "\"" + i + "\"").collect(Collectors.joining(","));
        assertThatCode(() -> grammars.constraint(
                        schema("{\"allOf\":[{\"enum\":[%s]},{\"enum\":[%s,7.0]}]}".formatted(numbers, texts))))
                .doesNotThrowAnyException();
        assertRefused(schema("{\"oneOf\":[{\"enum\":[%s,1]},{\"enum\":[%s,1.0]}]}".formatted(texts, numbers)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"const\":1e400}",
                "{\"enum\":[1,-1e400],\"minimum\":1}",
                "{\"enum\":[[{\"a\":1e400}]]}",
                "{\"allOf\":[{\"const\":1e400},{\"const\":1}]}"
            })
    void valuesBeyondDoublesAreRefused(String schema) {
        assertRefused(schema(schema));
    }

    @Test
    void longDescriptionsCountAsMemory() {
        Grammars few = new Grammars(tokenizer, Set.of());
        List<GrammarSpec> specs = Stream.of("a", "b", "c")
                .map(letter ->
                        schema("{\"type\":\"null\",\"description\":\"%s\"}".formatted(letter.repeat(12_000_000))))
                .toList();
        Set<Object> states = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int round = 0; round < 2; round++) {
            specs.forEach(spec -> states.add(few.constraint(spec)));
        }
        assertThat(states).as("three that were kept, or more, as not all were").hasSizeGreaterThan(3);
    }

    private static GrammarSpec schema(String json) {
        return new Schema("schema", RandomSchemas.parse(json));
    }

    private static void assertRefused(GrammarSpec spec) {
        assertThatThrownBy(() -> grammars.constraint(spec))
                .isInstanceOfSatisfying(
                        ServingException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }
}
