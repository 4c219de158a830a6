package dev.piecewise.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.engine.TokenConstraint;
import dev.piecewise.grammar.GrammarSpec.AnyObject;
import dev.piecewise.grammar.GrammarSpec.CallForm;
import dev.piecewise.grammar.GrammarSpec.Calls;
import dev.piecewise.grammar.GrammarSpec.Choice;
import dev.piecewise.grammar.GrammarSpec.Regex;
import dev.piecewise.grammar.GrammarSpec.Schema;
import dev.piecewise.grammar.GrammarSpec.Tool;
import dev.piecewise.text.TinyTokenizers;
import dev.piecewise.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which texts a grammar lets a model write, whatever tokens it writes them with. */
@Timeout(60)
final class GrammarTest {
    @TempDir
    static Path directory;

    static Tokenizer tokenizer;
    static Grammars grammars;

    @BeforeAll
    static void load() {
        tokenizer = TinyTokenizers.byteLevel(directory);
        grammars = new Grammars(tokenizer, Set.of(tokenizer.eos().orElseThrow()));
    }

    @Test
    void allowsExactlyTheChoices() {
        TokenConstraint start = grammars.constraint(new Choice("guided_choice", List.of("no", "nothing", "да")));
        assertThat(List.of("no", "nothing", "да")).allMatch(text -> whole(start, text));
        assertThat(List.of("", "n", "not", "nothings", "д", "No")).noneMatch(text -> whole(start, text));
    }

    @Test
    void endsByItselfWhereNothingCanFollow() {
        TokenConstraint start = grammars.constraint(new Choice("guided_choice", List.of("no", "nothing")));
        assertThat(after(start, "no").mayEnd()).isTrue();
        assertThat(after(start, "no").mustEnd()).isFalse();
        assertThat(after(start, "nothing").mustEnd()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "[a-c]{2}\\d+; ab1; ab",
                "^(foo|bar)?$; bar; barn",
                "x.y; xйy; xy",
                "(?:a|b)*c; abbac; abba",
                "[^a-z]+; ÄÖ1; Äx",
                "\\u00e9\\x41; éA; eA",
                "\\p{Lu}\\P{L}; Ж1; ж1",
                "a{2,3}; aaa; aaaa",
                "a{,3}; a{,3}; aaa",
                "[\\]\\-a]; -; b",
                "\\{\"k\":\\s?(true|null)\\}; {\"k\": null}; {\"k\": nul}",
                "😀+; 😀😀; 😁",
            })
    void matchesAnExpressionAsAWhole(String pattern, String match, String other) {
        TokenConstraint start = grammars.constraint(new Regex("guided_regex", pattern));
        assertThat(whole(start, match)).isTrue();
        assertThat(whole(start, other)).isFalse();
    }

    @Test
    void letsJsonObjectsNestUpToALimit() {
        TokenConstraint start = grammars.constraint(new AnyObject("response_format"));
        assertThat(whole(start, "{\"a\": [1,-2.5,1e3,true,null,\"\\u00e9\\n\",{}], \"b\":{\"c\":[]}}"))
                .isTrue();
        assertThat(List.of(
                        "[]", "{\"a\":}", "{a:1}", "{\"a\":01}", "{\"a\":1,}", "{\"a\":\"\n\"}", "{\"a\":\"\\ud800\"}"))
                .noneMatch(text -> whole(start, text));
        assertThat(whole(start, "{\"a\":" + "[".repeat(60) + "]".repeat(60) + "}"))
                .isTrue();
        assertThat(whole(start, "{\"a\":" + "[".repeat(70) + "]".repeat(70) + "}"))
                .isFalse();
    }

    @Test
    void writesPropertiesInTheOrderOfTheSchema() {
        TokenConstraint start = schema("""
                {"type":"object","properties":{"b":{"type":"integer"},"a":{"enum":["x",null]}},"required":["a"]}""");
        assertThat(List.of("{\"b\":1,\"a\":\"x\"}", "{\"a\": null}", "{\"b\": 0, \"a\":null}"))
                .allMatch(text -> whole(start, text));
        assertThat(List.of(
                        "{}",
                        "{\"a\":\"x\",\"b\":1}",
                        "{\"b\":1}",
                        "{\"a\":null,}",
                        "{\"a\":null,\"c\":1}",
                        "{ \"a\":null}"))
                .noneMatch(text -> whole(start, text));
    }

    @Test
    void addsOtherPropertiesWhereTheSchemaSpeaksOfThem() {
        TokenConstraint start = schema("""
                {"type":"object","properties":{"b":{"type":"integer"}},"additionalProperties":{"type":"boolean"}}""");
        assertThat(List.of("{\"b\":1,\"c\":true}", "{\"c\":true, \"d\":false}", "{}", "{\"bb\":true}"))
                .allMatch(text -> whole(start, text));
        assertThat(List.of("{\"b\":true}", "{\"b\":1,\"b\":true}", "{\"c\":1}", "{\"\\u0062\":true}"))
                .noneMatch(text -> whole(start, text));
    }

    @Test
    void followsASchemaIntoItself() {
        TokenConstraint start = schema("""
                {"$ref":"#/$defs/list","$defs":{"list":{"type":"object","additionalProperties":false,
                "properties":{"head":{"type":"integer"},"tail":{"anyOf":[{"$ref":"#/$defs/list"},{"type":"null"}]}},
                "required":["head","tail"]}}}""");
        assertThat(whole(start, "{\"head\":1,\"tail\":{\"head\":2,\"tail\":null}}"))
                .isTrue();
        assertThat(whole(start, "{\"head\":1,\"tail\":{\"head\":2}}")).isFalse();
    }

    @Test
    void joinsWhatMustHoldTogether() {
        TokenConstraint start = schema("""
                {"allOf":[{"type":"object","properties":{"n":{"minimum":3}}},
                {"properties":{"n":{"type":"integer","maximum":5},"s":{"type":"string","pattern":"^a"}},"required":["n","s"]}],
                "properties":{"s":{"maxLength":2}}}""");
        assertThat(List.of("{\"n\":3,\"s\":\"ab\"}", "{\"n\":5,\"s\":\"a\"}")).allMatch(text -> whole(start, text));
        assertThat(List.of("{\"n\":2,\"s\":\"ab\"}", "{\"n\":3,\"s\":\"abc\"}", "{\"n\":3,\"s\":\"b\"}"))
                .noneMatch(text -> whole(start, text));
    }

    @Test
    void takesOneOfSchemasThatExcludeEachOther() {
        TokenConstraint start = schema("""
                {"oneOf":[{"type":"object","properties":{"kind":{"const":"a"},"x":{"type":"integer"}},"required":["kind","x"]},
                {"type":"object","properties":{"kind":{"const":"b"}},"required":["kind"]}]}""");
        assertThat(whole(start, "{\"kind\":\"a\",\"x\":1}")).isTrue();
        assertThat(whole(start, "{\"kind\":\"b\"}")).isTrue();
        assertThat(whole(start, "{\"kind\":\"a\"}")).isFalse();
    }

    @Test
    void writesCallsOfToolsInTheirForm() {
        Tool tool = new Tool("tools[0]", "f", RandomSchemas.parse("""
                {"type":"object","properties":{"x":{"type":"boolean"}},"required":["x"]}"""));
        Tool bare = new Tool("tools[1]", "g", RandomSchemas.parse("null"));
        TokenConstraint hermes = grammars.constraint(new Calls("tools", List.of(tool, bare), CallForm.hermes(2)));
        String call = "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\":true}}\n</tool_call>";
        assertThat(whole(hermes, call)).isTrue();
        assertThat(whole(hermes, call + "\n" + call.replace("\"f\"", "\"g\"").replace("\"x\":true", "")))
                .isTrue();
        assertThat(whole(hermes, call.replace("true", "1"))).isFalse();
        TokenConstraint llama = grammars.constraint(new Calls("tools", List.of(tool), CallForm.bare("parameters")));
        assertThat(whole(llama, "{\"name\": \"f\", \"parameters\": {\"x\": false}}"))
                .isTrue();
    }

    /** Every way to split a text into tokens is allowed, or none is. */
    @Test
    void allowsATokenIfAndOnlyIfItsBytesAreAllowed() {
        TokenConstraint start = grammars.constraint(new Regex("guided_regex", "(the|lower|日本)* ?[a-e]{0,3}"));
        Set<Integer> allowed = new HashSet<>(
                IntStream.of(RandomWriter.allowed(start.allowed())).boxed().toList());
        for (int token = 0; token < tokenizer.size(); token++) {
            byte[] bytes = tokenizer.bytes(token).orElse(new byte[0]);
            assertThat(allowed.contains(token))
                    .as("token %d", token)
                    .isEqualTo(bytes.length > 0 && !dead(start, bytes));
        }
    }

    @Test
    void neverAllowsSpecialTokens() {
        TokenConstraint start = grammars.constraint(new Regex("guided_regex", "(.|\\n)*"));
        for (int token = 0; token < tokenizer.size(); token++) {
            if (tokenizer.isSpecial(token)) {
                assertThat(RandomWriter.allowed(start.allowed())).doesNotContain(token);
            }
        }
    }

    private static TokenConstraint schema(String json) {
        return grammars.constraint(new Schema("schema", RandomSchemas.parse(json)));
    }

    private static boolean whole(TokenConstraint start, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return !dead(start, bytes) && after(start, text).mayEnd();
    }

    private static TokenConstraint after(TokenConstraint start, String text) {
        TokenConstraint at = start;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            at = at.after(RandomWriter.token(tokenizer, b));
        }
        return at;
    }

    private static boolean dead(TokenConstraint start, byte[] bytes) {
        TokenConstraint at = start;
        for (byte b : bytes) {
            int token = RandomWriter.token(tokenizer, b);
            if ((at.allowed()[token >> 6] >>> token & 1) == 0) {
                return true;
            }
            at = at.after(token);
        }
        return false;
    }
}
